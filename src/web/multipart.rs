//! Forms with files, as browsers send them: `multipart/form-data` of RFC 7578.

/// Parts of a form at most: far more than a page of ours has.
const MOST_PARTS: usize = 500;

/// Bytes of the head of a part at most.
const MOST_HEAD: usize = 8 * 1024;

/// A field of a form.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FormPart<'b> {
    pub(super) name: String,
    /// `None` for a field that is no file.
    pub(super) file_name: Option<String>,
    pub(super) content: &'b [u8],
}

/// What is wrong with a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MalformedForm;

/// The parts of a form, in order. `content_type` is that of the request.
///
/// # Errors
/// If the body is not such a form.
pub(super) fn parts<'b>(
    content_type: &str,
    body: &'b [u8],
) -> Result<Vec<FormPart<'b>>, MalformedForm> {
    let boundary = boundary(content_type).ok_or(MalformedForm)?;
    let first = format!("--{boundary}");
    let between = format!("\r\n--{boundary}");
    let mut rest = body.strip_prefix(first.as_bytes()).ok_or(MalformedForm)?;
    let mut parts = Vec::new();
    loop {
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        rest = rest.strip_prefix(b"\r\n").ok_or(MalformedForm)?;
        let (head, after) = divided(rest, b"\r\n\r\n").ok_or(MalformedForm)?;
        let (content, after) = divided(after, between.as_bytes()).ok_or(MalformedForm)?;
        if parts.len() == MOST_PARTS || head.len() > MOST_HEAD {
            return Err(MalformedForm);
        }
        parts.push(part(head, content)?);
        rest = after;
    }
}

fn part<'b>(head: &[u8], content: &'b [u8]) -> Result<FormPart<'b>, MalformedForm> {
    let head = std::str::from_utf8(head).map_err(|_| MalformedForm)?;
    let disposition = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then(|| value.trim())
    });
    let disposition = disposition.ok_or(MalformedForm)?;
    let name = parameter(disposition, "name").ok_or(MalformedForm)?;
    Ok(FormPart { name, file_name: parameter(disposition, "filename"), content })
}

/// The value of a parameter of a header: `name="files"`. Browsers write quotes and line ends within it as `%22`, `%0D`
/// and `%0A`, and nothing else so.
fn parameter(header: &str, wanted: &str) -> Option<String> {
    let mut rest = header;
    loop {
        rest = rest.split_once(';')?.1.trim_start();
        let (name, value) = rest.split_once('=')?;
        let (value, after) = match value.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => value.split_at(value.find(';').unwrap_or(value.len())),
        };
        if name.eq_ignore_ascii_case(wanted) {
            let plain = value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
            return Some(plain);
        }
        rest = after;
        if !rest.contains(';') {
            return None;
        }
    }
}

fn boundary(content_type: &str) -> Option<String> {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    let found = parameter(content_type, "boundary")?;
    let is_form = kind.eq_ignore_ascii_case("multipart/form-data");
    (is_form && (1..=70).contains(&found.len())).then_some(found)
}

/// What stands before and after the first place of `mark`.
fn divided<'b>(bytes: &'b [u8], mark: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let (&first, _) = mark.split_first()?;
    let mut from = 0;
    loop {
        let ahead = bytes.get(from..)?;
        let place = from.checked_add(ahead.iter().position(|byte| *byte == first)?)?;
        let (before, at) = bytes.split_at_checked(place)?;
        if let Some(after) = at.strip_prefix(mark) {
            return Some((before, after));
        }
        from = place.checked_add(1)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=xYzZY";

    #[test]
    fn a_form_has_its_fields_and_files_in_order() {
        let body = b"--xYzZY\r\nContent-Disposition: form-data; name=\"suite\"\r\n\r\n1\r\n\
                     --xYzZY\r\nContent-Disposition: form-data; name=\"fichiers\"; filename=\"\xc3\xa9dition %22a%22.csv\"\r\n\
                     Content-Type: text/csv\r\n\r\nProjet;\r\n--xYz\r\nfin\r\n--xYzZY--\r\n";
        let found = parts(TYPE, body).unwrap();
        assert_eq!(found[0].name, "suite");
        assert_eq!((&found[0].file_name, found[0].content), (&None, b"1".as_slice()));
        assert_eq!(found[1].file_name.as_deref(), Some("édition \"a\".csv"));
        assert_eq!(found[1].content, b"Projet;\r\n--xYz\r\nfin");
        assert_eq!(parts("multipart/form-data; boundary=\"xYzZY\"", body).unwrap().len(), 2);
    }

    #[test]
    fn a_body_that_is_cut_or_no_form_is_refused() {
        let cut = b"--xYzZY\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1";
        assert_eq!(parts(TYPE, cut), Err(MalformedForm));
        assert_eq!(parts(TYPE, b""), Err(MalformedForm));
        assert_eq!(parts("text/plain; boundary=xYzZY", cut), Err(MalformedForm));
        assert_eq!(parts("multipart/form-data", cut), Err(MalformedForm));
        let nameless = b"--xYzZY\r\nContent-Type: text/plain\r\n\r\n1\r\n--xYzZY--";
        assert_eq!(parts(TYPE, nameless), Err(MalformedForm));
    }
}
