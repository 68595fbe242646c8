//! The editor's bundle is what its script makes.

use std::process::Command;

use crate::support::root;

/// Bytes of the bundle, as it is sent.
const MOST_BYTES: usize = 170 * 1024;

#[test]
fn the_bundle_of_the_editor_is_what_its_script_makes() {
    let scripts = root().join("scripts/editor");
    let tools = root().join("target/editor");
    let same_lock = std::fs::read(tools.join("installed")).ok()
        == std::fs::read(scripts.join("package-lock.json")).ok();
    let node = Command::new("node").arg("--version").output().is_ok();
    if !same_lock || !node {
        assert!(
            std::env::var_os("CI").is_none(),
            "the packages of the editor are not installed: run `make test`"
        );
        println!(
            "NOT RUN: node or the packages of the editor are not installed; `make test` installs them"
        );
        return;
    }
    for file in ["build.mjs", "editor.mjs"] {
        std::fs::copy(scripts.join(file), tools.join(file)).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let made = folder.path().join("codemirror.js");
    let built = Command::new("node").arg(tools.join("build.mjs")).arg(&made).output().unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let committed = std::fs::read(root().join("src/web/assets/codemirror.js")).unwrap();
    assert!(
        std::fs::read(&made).unwrap() == committed,
        "run `npm ci && npm run build` in scripts/editor"
    );
    assert!(compressed(&committed) <= MOST_BYTES, "{} bytes", compressed(&committed));
}

fn compressed(bytes: &[u8]) -> usize {
    use std::io::Write as _;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap().len()
}
