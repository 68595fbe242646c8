//! Other ways to write the path of a request, and the rest of what says where it goes.

/// One way to write the address of a request.
#[derive(Clone, Debug)]
pub(crate) struct Spelling {
    /// Such as `lower hex`: what is the same on whichever path it is done.
    pub(crate) kind: &'static str,
    /// What stands between the method and the version.
    pub(crate) target: Vec<u8>,
    /// The header `Host`, as many times as it is sent.
    pub(crate) hosts: Vec<&'static str>,
}

const HOST: &str = "vigie.test";

impl Spelling {
    fn new(kind: &'static str, target: impl Into<Vec<u8>>) -> Self {
        Self { kind, target: target.into(), hosts: vec![HOST] }
    }

    /// As a client writes it.
    pub(crate) fn plain(path: &str) -> Self {
        Self::new("plain", path)
    }
}

/// Every one of a path, whose query is left as it is. `Spelling::plain` is none of them.
pub(crate) fn spellings(path: &str, query: &str) -> Vec<Spelling> {
    let mut all = Vec::new();
    for (at, letter) in path.char_indices() {
        let (before, after) = (&path[..at], &path[at + letter.len_utf8()..]);
        let mut with = |kind, middle: &str| {
            all.push(Spelling::new(kind, format!("{before}{middle}{after}{query}")));
        };
        if letter == '/' {
            for (kind, middle) in SLASHES {
                with(kind, middle);
            }
        } else {
            letters(letter, &mut with);
        }
    }
    for (kind, end) in ENDS {
        all.push(Spelling::new(kind, format!("{path}{end}{query}")));
    }
    let mut whole = |kind, target: Vec<u8>, hosts: &[&'static str]| {
        all.push(Spelling { kind, target, hosts: hosts.to_vec() });
    };
    let plain = format!("{path}{query}");
    let bytes = |before: &str, after: &[u8]| [before.as_bytes(), path.as_bytes(), after].concat();
    whole("fragment", format!("{plain}#x").into(), &[HOST]);
    whole("raw NUL", bytes("", b"\0"), &[HOST]);
    whole("raw space", bytes("", b" x"), &[HOST]);
    whole("raw tab", bytes("", b"\t"), &[HOST]);
    whole("raw letter beyond ASCII", bytes("", "é".as_bytes()), &[HOST]);
    whole("raw byte that is no UTF-8", bytes("", b"\xff"), &[HOST]);
    whole("no slash at the beginning", path.trim_start_matches('/').into(), &[HOST]);
    whole("two slashes at the beginning", bytes("/", b""), &[HOST]);
    whole("absolute form", format!("http://{HOST}{plain}").into(), &[HOST]);
    whole("absolute form, TLS", format!("https://{HOST}{plain}").into(), &[HOST]);
    whole("absolute form, elsewhere", format!("http://evil.example{plain}").into(), &[HOST]);
    whole("absolute form, somebody", format!("http://a:b@{HOST}{plain}").into(), &[HOST]);
    whole("another scheme", format!("file://{plain}").into(), &[HOST]);
    for (kind, hosts) in HOSTS {
        whole(kind, plain.clone().into(), hosts);
    }
    all
}

fn letters(letter: char, with: &mut impl FnMut(&'static str, &str)) {
    let code = u32::from(letter);
    with("lower hex", &format!("%{code:02x}"));
    with("upper hex", &format!("%{code:02X}"));
    with("twice encoded", &format!("%25{code:02x}"));
    with("overlong UTF-8", &format!("%{:02x}%{:02x}", 0xc0 | (code >> 6), 0x80 | (code & 0x3f)));
    with("full width", &encoded(char::from_u32(code + 0xfee0).unwrap_or(letter)));
    with("half an escape", &format!("%{:x}", code >> 4));
    if letter.is_ascii_lowercase() {
        with("case", &letter.to_ascii_uppercase().to_string());
    } else if letter.is_ascii_uppercase() {
        with("case", &letter.to_ascii_lowercase().to_string());
    }
}

fn encoded(letter: char) -> String {
    let mut buffer = [0; 4];
    let escapes = letter.encode_utf8(&mut buffer).bytes().map(|byte| format!("%{byte:02X}"));
    escapes.collect::<Vec<_>>().concat()
}

/// In place of a slash.
const SLASHES: &[(&str, &str)] = &[
    ("encoded slash", "%2f"),
    ("encoded slash, upper", "%2F"),
    ("slash encoded twice", "%252f"),
    ("two slashes", "//"),
    ("dot", "/./"),
    ("encoded dot", "/%2e/"),
    ("up", "/x/../"),
    ("encoded up", "/x/%2e%2e/"),
    ("half encoded up", "/x/.%2E/"),
    ("up twice encoded", "/x/%252e%252e/"),
    ("backslash", "\\"),
    ("encoded backslash", "%5c"),
    ("backslash beside", "/\\"),
    ("semicolon", ";/"),
    ("parameter of a segment", ";x=1/"),
    ("encoded semicolon", "%3b/"),
    ("encoded NUL", "%00/"),
    ("encoded line end", "%0d%0a/"),
    ("encoded space", "%20/"),
    ("overlong slash", "%c0%af"),
];

/// After the path.
const ENDS: &[(&str, &str)] = &[
    ("slash at the end", "/"),
    ("two slashes at the end", "//"),
    ("encoded slash at the end", "%2f"),
    ("dot at the end", "/."),
    ("up at the end", "/x/.."),
    ("encoded up at the end", "/x/%2e%2e"),
    ("semicolon at the end", ";"),
    ("parameter at the end", ";x=1"),
    ("encoded space at the end", "%20"),
    ("encoded NUL at the end", "%00"),
    ("encoded question mark", "%3f"),
    ("encoded number sign", "%23"),
    ("extension", ".json"),
];

const HOSTS: &[(&str, &[&str])] = &[
    ("no Host", &[]),
    ("two Hosts", &[HOST, "evil.example"]),
    ("empty Host", &[""]),
    ("Host elsewhere", &["evil.example"]),
    ("Host with a path", &["vigie.test/api/v1/session"]),
    ("Host that is none", &["a b"]),
    ("Host of brackets", &["[::1"]),
    ("Host with a port that is none", &["vigie.test:99999"]),
    ("Host on this machine", &["127.0.0.1"]),
];
