//! Small disks of a test's own, which can be filled and can fail.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::support::in_ci;

/// What a file system hands out at a time, and what `SQLite` writes at a time.
pub(crate) const PAGE: u64 = 4096;

/// A file system that is unmounted at the end of the test.
pub(crate) struct Disk {
    folder: TempDir,
}

impl Disk {
    /// In memory, of so many bytes. Where nothing can be mounted, the test says that it did not run; in CI that
    /// is a fault.
    pub(crate) fn in_memory(bytes: u64) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let options = format!("size={bytes},mode=0700");
        let mounted = succeeds("mount", &["-t", "tmpfs", "-o", &options, "tmpfs"], folder.path());
        Self::where_mounted(folder, mounted)
    }

    /// Of a kind that turns read-only by itself when it fails.
    pub(crate) fn that_fails(image: &Path, bytes: u64) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        File::create(image).unwrap().set_len(bytes).unwrap();
        let made = succeeds("mkfs.ext4", &["-q", "-F"], image);
        let mounted =
            made && succeeds("mount", &["-o", "loop", image.to_str().unwrap()], folder.path());
        Self::where_mounted(folder, mounted)
    }

    fn where_mounted(folder: TempDir, mounted: bool) -> Option<Self> {
        assert!(mounted || !in_ci(), "no file system can be mounted: run the tests as root");
        if !mounted {
            println!("NOT RUN: no file system can be mounted here");
        }
        mounted.then_some(Self { folder })
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Until there is room for so many pages and no more.
    pub(crate) fn fill(&self, leaving: u64) {
        let mut filler = File::create(self.filler()).unwrap();
        let page = [b'x'; 4096];
        let full = loop {
            if let Err(error) = filler.write_all(&page) {
                break error;
            }
        };
        assert_eq!(full.kind(), ErrorKind::StorageFull);
        let length = filler.metadata().unwrap().len();
        assert!(length > leaving * PAGE, "the disk is too small for the test");
        filler.set_len(length - leaving * PAGE).unwrap();
    }

    pub(crate) fn make_room(&self) {
        std::fs::remove_file(self.filler()).unwrap();
    }

    /// As after a fault of the hardware: nothing is written any more.
    pub(crate) fn fail(&self) {
        assert!(succeeds("mount", &["-o", "remount,abort"], self.path()));
    }

    /// Repaired, and mounted again.
    pub(crate) fn repair(&self, image: &Path) {
        assert!(succeeds("umount", &[], self.path()));
        // It exits with 1 when something was repaired.
        let repaired = Command::new("fsck.ext4").arg("-fy").arg(image).output().unwrap();
        assert!(repaired.status.code().is_some_and(|code| code <= 1), "{repaired:?}");
        assert!(succeeds("mount", &["-o", "loop", image.to_str().unwrap()], self.path()));
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        succeeds("umount", &["--lazy"], self.folder.path());
    }
}

fn succeeds(program: &str, arguments: &[&str], last: &Path) -> bool {
    let output = Command::new(program).args(arguments).arg(last).output();
    output.is_ok_and(|output| output.status.success())
}
