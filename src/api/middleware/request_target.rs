//! Normal form of request targets. Everything after this step (router, guard, cache, quotas, metrics) sees the same path,
//! because a request whose path is written in another way is refused first.
//!
//! Normal form (RFC 3986 §6.2.2, narrowed): the path begins with one `/`; it has no `.`, `..` or empty segment, except that
//! the last one may be empty; only characters allowed in a path; an escape is `%` and two upper-case hexadecimal digits,
//! never of a letter, digit, `-`, `.`, `_`, `~` or control character; the unescaped path is UTF-8. Escapes of other
//! characters that need none (`%2C` for a comma) are common among clients: they are replaced with the character.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::uri::Authority;
use actix_web::http::{Method, Uri, Version, header};
use actix_web::middleware::Next;
use actix_web::{ResponseError as _, web};

use super::access::guard;
use crate::api::problem::kinds::Problem;
use crate::api::settings::ApiSettings;

/// Refuses a target that is too long, or not in normal form. `HEAD` is routed as `GET`; the server sends no body.
pub async fn normalize_target(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let settings = request.app_data::<web::Data<ApiSettings>>();
    let most = settings.map_or(0, |settings| settings.url_bytes);
    let found = request.uri().path_and_query().map_or(0, |whole| whole.as_str().len());
    if found > most {
        let answer = Problem::AddressTooLong { found, most }.error_response();
        return Ok(request.into_response(answer));
    }
    match check_host(&request).and_then(|()| normal_uri(request.uri())) {
        Ok(Some(uri)) => {
            request.match_info_mut().get_mut().update(&uri);
            request.head_mut().uri = uri;
        }
        Ok(None) => {}
        Err(fault) => {
            let problem = Problem::BadTarget { found: fault };
            let answer = guard::refuse(request.request(), problem);
            return Ok(request.into_response(answer));
        }
    }
    if request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// Checks the header `Host` (RFC 9112 §3.2): exactly one in HTTP/1.1, and the same host as an absolute target.
fn check_host(request: &ServiceRequest) -> Result<(), &'static str> {
    let mut hosts = request.headers().get_all(header::HOST);
    let header = match (hosts.next(), hosts.next()) {
        (Some(only), None) => only,
        (None, _) if request.version() < Version::HTTP_11 => return Ok(()),
        (None, _) => return Err("found no header `Host`, expected one"),
        (Some(_), Some(_)) => return Err("found two headers `Host`, expected one"),
    };
    let read = || header.to_str().ok()?.parse::<Authority>().ok();
    // A host with user information is refused, since other software may read it as another host.
    let host = read()
        .filter(|authority| !authority.as_str().contains('@'))
        .ok_or("found a header `Host` that is not a host")?;
    match request.uri().authority() {
        Some(named) if !named.as_str().eq_ignore_ascii_case(host.as_str()) => {
            Err("found a target that names another host than the header `Host`")
        }
        Some(_) | None => Ok(()),
    }
}

/// The URI in normal form; `None` if it already is.
///
/// # Errors
/// Says what was found that cannot be normalized.
fn normal_uri(uri: &Uri) -> Result<Option<Uri>, &'static str> {
    let path = normal_path(uri.path())?;
    if path.is_none() && uri.authority().is_none() {
        return Ok(None);
    }
    let mut target = path.unwrap_or_else(|| uri.path().to_owned());
    if let Some(query) = uri.query() {
        target.push('?');
        target.push_str(query);
    }
    target.parse().map(Some).map_err(|_| "found a target that is not a path")
}

/// The path in normal form; `None` if it already is.
fn normal_path(path: &str) -> Result<Option<String>, &'static str> {
    let segments = path.strip_prefix('/').ok_or("found a target that does not begin with `/`")?;
    let last = segments.split('/').count();
    for (number, segment) in segments.split('/').enumerate() {
        match segment {
            "." | ".." => return Err("found a segment `.` or `..`"),
            "" if number + 1 < last => return Err("found an empty segment, `//`"),
            _ => {}
        }
    }
    if path.bytes().all(|byte| byte == b'/' || is_path_character(byte)) {
        return Ok(None);
    }
    let mut normal = Vec::with_capacity(path.len());
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'%' {
            if byte != b'/' && !is_path_character(byte) {
                return Err("found a character that must be escaped");
            }
            normal.push(byte);
            decoded.push(byte);
            rest = after;
            continue;
        }
        let (&escape, after) =
            after.split_first_chunk::<2>().ok_or("found `%` without two hexadecimal digits")?;
        let octet = octet(escape)?;
        if octet.is_ascii_control() {
            return Err("found an escaped control character");
        }
        if is_unreserved(octet) {
            return Err("found an escaped letter, digit, `-`, `.`, `_` or `~`");
        }
        if is_path_character(octet) {
            normal.push(octet);
        } else {
            normal.push(b'%');
            normal.extend(escape);
        }
        decoded.push(octet);
        rest = after;
    }
    if std::str::from_utf8(&decoded).is_err() {
        return Err("found escapes that are not UTF-8");
    }
    let normal = String::from_utf8(normal).map_err(|_| "found escapes that are not UTF-8")?;
    Ok((normal != path).then_some(normal))
}

/// The octet of an escape, which must be in upper case so that each octet has one escape.
fn octet(escape: [u8; 2]) -> Result<u8, &'static str> {
    let [high, low] = escape.map(|digit| match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'A'..=b'F' => Ok(digit - b'A' + 10),
        b'a'..=b'f' => Err("found an escape in lower case"),
        _ => Err("found `%` without two hexadecimal digits"),
    });
    Ok(high? << 4 | low?)
}

fn is_unreserved(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"-._~".contains(&octet)
}

/// Whether a character may appear unescaped in a segment: `pchar` of RFC 3986.
fn is_path_character(octet: u8) -> bool {
    is_unreserved(octet) || b"!$&'()*+,;=:@".contains(&octet)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_in_normal_form_stays_as_it_is() {
        for path in [
            "/",
            "/api/v1/drafts",
            "/api/docs/",
            "/api/v1/projects/Fran%C3%A7ois%20Ier",
            "/api/v1/projects/lot%202%2F3",
            "/api/v1/projects/100%25",
            "/a:b@c!$&'()*+,;=",
        ] {
            assert_eq!(normal_path(path), Ok(None), "{path}");
        }
    }

    #[test]
    fn what_clients_escape_without_need_is_rewritten() {
        for (path, normal) in [
            ("/syst%C3%A8me%20d%27information", "/syst%C3%A8me%20d'information"),
            ("/a%2Cb%3B%3A%40%2B%26%3D", "/a,b;:@+&="),
        ] {
            assert_eq!(normal_path(path), Ok(Some(normal.to_owned())), "{path}");
        }
    }

    #[test]
    fn other_ways_to_write_a_path_are_refused() {
        for path in [
            "",
            "*",
            "drafts",
            "//",
            "//drafts",
            "/api//v1",
            "/api/./v1",
            "/api/../v1",
            "/api/..",
            "/dr%61fts",
            "/dr%41fts",
            "/%2e%2e/x",
            "/a%2Eb",
            "/%7Ea",
            "/a%2fb",
            "/%c3%a9",
            "/a%0Ab",
            "/a%00",
            "/a%7F",
            "/%",
            "/%2",
            "/%zz",
            "/%FF",
            "/%C0%AF",
            "/a\\b",
            "/a b",
            "/é",
            "/a\"",
            "/{a}",
            "/a|b",
        ] {
            assert!(normal_path(path).is_err(), "{path}");
        }
    }

    proptest! {
        #[test]
        fn a_rewritten_path_is_in_normal_form_and_nothing_is_lost(text in "[a-c%/.0-9A-Fé ,;]{0,12}") {
            if let Ok(Some(normal)) = normal_path(&text) {
                prop_assert_eq!(normal_path(&normal), Ok(None));
                prop_assert!(normal.len() < text.len());
            }
        }
    }
}
