//! What is read of a stylesheet: its version, and the files that it takes.

/// How the files of the DSFR begin: `DSFR v1.14.0 | SPDX-License-Identifier: …`, in a comment.
const BANNER: &str = "DSFR v";

/// The version begins within so many bytes.
const HEAD: usize = 512;

/// The version that a file of the DSFR has in its first lines: major, minor and patch.
pub(super) fn version(stylesheet: &str) -> Option<(u32, u32, u32)> {
    let (before, after) = stylesheet.split_once(BANNER)?;
    if before.len() > HEAD {
        return None;
    }
    let is_of_version = |letter: char| letter.is_ascii_digit() || letter == '.';
    let end = after.find(|letter| !is_of_version(letter)).unwrap_or(after.len());
    let mut numbers = after.get(..end)?.split('.').map(str::parse::<u32>);
    let mut next = || numbers.next()?.ok();
    Some((next()?, next()?, next()?))
}

/// The content of the parentheses of each `url(…)`, without quotes: paths, anchors and files written out.
pub(super) fn references(stylesheet: &str) -> impl Iterator<Item = &str> {
    stylesheet.split("url(").skip(1).map(|rest| {
        let rest = rest.trim_start();
        let quoted =
            |quote: char| rest.strip_prefix(quote).and_then(|rest| rest.split(quote).next());
        let plain = || rest.split(')').next().unwrap_or_default().trim_end();
        quoted('"').or_else(|| quoted('\'')).unwrap_or_else(plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_in_the_first_lines() {
        assert_eq!(
            version("/*! DSFR v1.14.2 | SPDX-License-Identifier: MIT */a{}"),
            Some((1, 14, 2))
        );
        assert_eq!(
            version("@charset \"UTF-8\";\n/*!\n * DSFR v1.12.0 | restricted use\n */"),
            Some((1, 12, 0))
        );
        for none in ["", "a{}", "/*! DSFR v1.12 */", "/*! DSFR vX.1.2 */", "/*! DSFR v1..2 */"] {
            assert_eq!(version(none), None, "{none}");
        }
        assert_eq!(version(&format!("/*{}*/ /*! DSFR v1.14.2 */", " ".repeat(HEAD))), None);
        assert_eq!(version("/*! DSFR v99999999999.1.2 */"), None);
    }

    #[test]
    fn references_are_found_with_and_without_quotes() {
        let css = "a{src:url(fonts/M.woff2) format(\"woff2\"),url( 'fonts/M.woff' )}\
                   b{mask:url(\"data:image/svg+xml;utf8,<svg fill='url(#g)'/>\")}";
        let found: Vec<&str> = references(css).collect();
        assert_eq!(
            found,
            ["fonts/M.woff2", "fonts/M.woff", "data:image/svg+xml;utf8,<svg fill='", "#g"]
        );
    }
}
