//! Other spellings of a path: whatever is written in its place, nobody gets what the plain path would not give
//! them. Over a bare connection, since clients tidy paths up.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::OnceLock;

use sqlx::{Row as _, SqlitePool};

use crate::support::earlier::Earlier;
use crate::support::every_route::{Route, routes};
use crate::support::servers::raw_http::{RawAnswer, RawRequest, ask_all};
use crate::support::spellings::{Spelling, spellings};

const METHODS: [&str; 8] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"];

/// Who asks, by their names in `tests/earlier/make.py`; the first one is nobody.
const CALLERS: [&str; 9] = [
    "",
    "reader",
    "analyst",
    "rule_author",
    "approver",
    "administrator",
    "reader of MJ",
    "administrator of MJ",
    "everything",
];

/// What each spelling of it is answered is how that spelling of nothing is answered.
const NOWHERE: [&str; 2] = ["/api/v1/nowhere/at/all", "/nowhere"];

/// Of what is not the core, one combination in so many, unless `TEST_PATHS=all` asks for all of them.
const SAMPLED: usize = 499;

/// Answers that tell of requests made meanwhile.
const LIVE: [&str; 3] = ["/metrics", "/api/v1/audit", "/api/v1/audit/verify"];

/// One request of the cross product.
struct Combination<'a> {
    route: &'a Route,
    method: &'static str,
    spelling: Spelling,
}

/// Status and kind of problem.
type Kind = (u16, String);

/// How spellings of nothing are answered, by kind of spelling and whether the method is `HEAD`.
type Nowhere = BTreeMap<(&'static str, bool), BTreeSet<Kind>>;

#[tokio::test(flavor = "multi_thread")]
async fn no_spelling_of_a_path_gives_what_the_plain_path_would_not() {
    let earlier = Earlier::all().remove(0);
    let service = earlier.serve().await;
    let address = service.address();
    let routes = routes(address, earlier.callers["everything"].token.as_ref().unwrap()).await;
    let before = state(&earlier).await;
    let tokens = CALLERS.map(|name| match name {
        "" => String::new(),
        name => earlier.callers[name].token.clone().unwrap(),
    });

    let told = tokio::task::spawn_blocking(move || {
        let nowhere = nowhere(address);
        let told = std::thread::scope(|scope| {
            let (nowhere, routes) = (&nowhere, &routes);
            let asking: Vec<_> = CALLERS
                .iter()
                .zip(tokens)
                .enumerate()
                .map(|(number, (name, token))| {
                    let asker = Asker { name, number, token, address, nowhere };
                    scope.spawn(move || asker.ask(routes))
                })
                .collect();
            asking.into_iter().map(|one| one.join().unwrap()).collect::<Vec<Told>>()
        });
        (told, routes.len())
    });
    let (told, paths) = told.await.unwrap();
    let (asked, all) = told.iter().fold((0, 0), |sum, one| (sum.0 + one.asked, sum.1 + one.all));
    println!(
        "{asked} requests of {all}: {paths} paths, {} methods, {} callers",
        METHODS.len(),
        CALLERS.len()
    );
    service.stop().await.unwrap();
    let pairs: BTreeSet<&String> = told.iter().flat_map(|one| one.faults.keys()).collect();
    let faults = told.iter().flat_map(|one| one.faults.iter());
    let lines: Vec<String> =
        faults.map(|(pair, found)| format!("{pair}: {}", found.join("\n    "))).collect();
    assert!(lines.is_empty(), "{} pairs of method and path:\n{}", pairs.len(), lines.join("\n"));
    let after = state(&earlier).await;
    for (table, rows) in &before {
        assert_eq!(Some(rows), after.get(table), "`{table}` was changed: a handler ran");
    }
}

/// What one caller found.
#[derive(Default)]
struct Told {
    asked: usize,
    all: usize,
    /// By method and plain path.
    faults: BTreeMap<String, Vec<String>>,
}

struct Asker<'a> {
    name: &'static str,
    number: usize,
    /// Empty for nobody.
    token: String,
    address: SocketAddr,
    nowhere: &'a Nowhere,
}

impl Asker<'_> {
    fn ask(&self, routes: &[Route]) -> Told {
        let mut told = Told::default();
        let mut chosen = Vec::new();
        for route in routes {
            for spelling in spellings(&route.path, route.query) {
                for method in METHODS {
                    told.all += 1;
                    if self.is_chosen(told.all, route, method, &spelling) {
                        chosen.push(Combination { route, method, spelling: spelling.clone() });
                    }
                }
            }
        }
        told.asked = chosen.len();
        let requests: Vec<RawRequest> =
            chosen.iter().map(|one| request(one.method, &one.spelling, &self.token)).collect();
        let answers = ask_until_there_is_room(self.address, &requests);
        // Of those that are not answered as nothing is, what the plain path gives.
        let open: Vec<(&Combination<'_>, RawAnswer)> = chosen
            .iter()
            .zip(answers)
            .filter(|(one, answer)| !self.is_as_nowhere(one, answer))
            .collect();
        let wanted: BTreeSet<(&str, String)> = open
            .iter()
            .flat_map(|(one, _)| references(one).map(|path| (one.method, path)))
            .collect();
        let plain_requests: Vec<RawRequest> = wanted
            .iter()
            .map(|(method, path)| request(method, &Spelling::plain(path), &self.token))
            .collect();
        let plain = ask_until_there_is_room(self.address, &plain_requests);
        let plain: BTreeMap<&(&str, String), RawAnswer> = wanted.iter().zip(plain).collect();
        for (one, answer) in &open {
            let plain: Vec<&RawAnswer> =
                references(one).map(|path| &plain[&(one.method, path)]).collect();
            if let Some(fault) = self.fault(one, answer, &plain) {
                let pair = format!("{} {}", one.method, one.route.path);
                let found = told.faults.entry(pair).or_default();
                if found.len() < 3 {
                    found.push(fault);
                }
            }
        }
        told
    }

    /// The core: nobody, the methods of the document, every letter encoded once.
    fn is_chosen(&self, number: usize, route: &Route, method: &str, spelling: &Spelling) -> bool {
        let is_core =
            self.number == 0 && route.methods.contains(method) && spelling.kind == "lower hex";
        // A letter of the other case may well be another thing's name.
        let is_another = spelling.kind == "case" && route.has_parameter && method != "GET";
        !is_another && (is_core || number % sampled() == self.number % sampled())
    }

    fn is_as_nowhere(&self, one: &Combination<'_>, answer: &RawAnswer) -> bool {
        let is_head = one.method == "HEAD";
        let of_kind = self.nowhere.get(&(one.spelling.kind, is_head));
        let kind = (answer.status, answer.problem());
        answer.status == 0 || of_kind.is_some_and(|of_kind| of_kind.contains(&kind))
    }

    /// `None` when the answer is the plain path's, or that of another thing than the one that is there, to
    /// whom the plain path tells so. `plain` is the answer to the plain path, then to `another`.
    fn fault(
        &self,
        one: &Combination<'_>,
        answer: &RawAnswer,
        plain: &[&RawAnswer],
    ) -> Option<String> {
        let kind = (answer.status, answer.problem());
        let (plain, another) = plain.split_first().unwrap();
        let is_another = another.iter().any(|other| (other.status, other.problem()) == kind);
        let same = (plain.status, plain.problem()) == kind
            && answer.content_type == plain.content_type
            && (!kind.1.is_empty()
                || LIVE.contains(&one.route.path.as_str())
                || without_uses(&answer.body) == without_uses(&plain.body));
        let is_let_in = ![401, 403].contains(&plain.status);
        let is_absence = [(404, "not-found"), (400, "bad-parameter"), (404, "no-route")]
            .iter()
            .any(|(status, problem)| (*status, *problem) == (kind.0, kind.1.as_str()));
        let is_head_of_absence = one.method == "HEAD" && [400, 404].contains(&answer.status);
        // Refused before routing: nothing was looked up. The answer to a `HEAD` has no body that says so, but an empty
        // segment is never in normal form.
        let has_empty_segment = one.spelling.target.windows(2).any(|two| two == b"//");
        let is_refused_unread = answer.status == 400
            && (kind.1 == "bad-address" || (one.method == "HEAD" && has_empty_segment));
        if same
            || is_another
            || is_refused_unread
            || (is_let_in && one.route.has_parameter && (is_absence || is_head_of_absence))
        {
            return None;
        }
        let who = if self.name.is_empty() { "nobody" } else { self.name };
        let written = String::from_utf8_lossy(&one.spelling.target).into_owned();
        Some(format!(
            "{} {written} (host {:?}), as {who}, is answered {} {}; the plain path: {} {}",
            one.method,
            one.spelling.hosts,
            answer.status,
            short(answer),
            plain.status,
            short(plain),
        ))
    }
}

/// `TEST_PATHS=all` for the whole cross product, or a number for one combination in so many.
#[expect(clippy::disallowed_methods, reason = "tests ask how hard they should try")]
fn sampled() -> usize {
    static ASKED: OnceLock<usize> = OnceLock::new();
    *ASKED.get_or_init(|| match std::env::var("TEST_PATHS").as_deref() {
        Ok("all") => 1,
        Ok(number) => number.parse().unwrap(),
        Err(_) => SAMPLED,
    })
}

/// The plain path, then others whose answers are no fault: those of other ids, and that of the resource which is named
/// where an escaped slash joins two segments to one id.
fn references(one: &Combination<'_>) -> impl Iterator<Item = String> {
    let target = String::from_utf8_lossy(&one.spelling.target);
    let is_joined = target.contains("%2F") || target.contains("%252f");
    let joined = is_joined.then(|| target.replace("%2F", "-").replace("%252f", "-"));
    // The page itself, to which the path without a slash leads.
    let page = (one.route.path == "/api/docs").then(|| "/api/docs/".to_owned());
    one.route.plain().chain(joined).chain(page)
}

/// When a token was last used is of the request itself.
fn without_uses(body: &str) -> String {
    let mut parts = body.split("\"last_used_at\":");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| whole + part.split_once([',', '}']).map_or("", |rest| rest.1))
}

fn short(answer: &RawAnswer) -> String {
    match answer.problem() {
        problem if problem.is_empty() => {
            let body: String = answer.body.chars().take(80).collect();
            format!("{} {body:?}", answer.content_type)
        }
        problem => problem,
    }
}

/// A body that no route can use, so that nothing is done where the caller may: whoever may not is refused
/// before it is looked at.
fn request(method: &str, spelling: &Spelling, token: &str) -> RawRequest {
    let mut bytes = [method.as_bytes(), b" ", &spelling.target, b" HTTP/1.1\r\n"].concat();
    let mut header = |line: String| bytes.extend(format!("{line}\r\n").into_bytes());
    for host in &spelling.hosts {
        header(format!("Host: {host}"));
    }
    if !token.is_empty() {
        header(format!("Authorization: Bearer {token}"));
    }
    let has_body = ["POST", "PUT", "PATCH", "DELETE"].contains(&method);
    if has_body {
        header("Content-Type: text/plain".to_owned());
        header("Content-Length: 1".to_owned());
    }
    bytes.extend(if has_body { b"\r\nx".as_slice() } else { b"\r\n" });
    RawRequest { bytes, is_head: method == "HEAD" }
}

/// Asks again what found every place for trials taken, which says nothing of the path.
fn ask_until_there_is_room(address: SocketAddr, requests: &[RawRequest]) -> Vec<RawAnswer> {
    let mut answers = ask_all(address, requests);
    for _ in 0..5 {
        let busy = answers.iter_mut().zip(requests);
        for (answer, request) in busy.filter(|(answer, _)| answer.problem() == "no-place") {
            if let Some(other) = ask_all(address, std::slice::from_ref(request)).pop() {
                *answer = other;
            }
        }
    }
    answers
}

/// How nobody is answered where nothing is, in each spelling.
fn nowhere(address: SocketAddr) -> Nowhere {
    let mut asked = Vec::new();
    for path in NOWHERE {
        for spelling in [vec![Spelling::plain(path)], spellings(path, "")].concat() {
            asked.extend(METHODS.map(|method| (method, spelling.clone())));
        }
    }
    let requests: Vec<RawRequest> =
        asked.iter().map(|(method, spelling)| request(method, spelling, "")).collect();
    let mut nowhere = Nowhere::new();
    for ((method, spelling), answer) in asked.iter().zip(ask_all(address, &requests)) {
        let refused = answer.status == 0 || (400..500).contains(&answer.status);
        let written = String::from_utf8_lossy(&spelling.target).into_owned();
        assert!(refused, "{method} {written}, where nothing is: {answer:?}");
        let kind = (answer.status, answer.problem());
        nowhere.entry((spelling.kind, *method == "HEAD")).or_default().insert(kind);
    }
    nowhere
}

/// A fingerprint of each table but those in which every request leaves a trace.
async fn state(earlier: &Earlier) -> BTreeMap<String, String> {
    let pool = SqlitePool::connect(&earlier.database_url()).await.unwrap();
    let names = "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'
                 and name not in ('audit', 'audit_head', 'tokens', 'idempotency_keys')";
    let mut state = BTreeMap::new();
    for row in sqlx::query(names).fetch_all(&pool).await.unwrap() {
        let table: String = row.get(0);
        let columns = format!("select name from pragma_table_info('{table}')");
        let columns = sqlx::query(sqlx::AssertSqlSafe(columns)).fetch_all(&pool).await.unwrap();
        let quoted: Vec<String> =
            columns.iter().map(|one| format!("quote(\"{}\")", one.get::<String, _>(0))).collect();
        let whole = format!(
            "select count(*) || ' rows, ' || coalesce(group_concat(line, char(10)), '')
             from (select {} as line from {table} order by 1)",
            quoted.join(" || ',' || ")
        );
        let content = sqlx::query(sqlx::AssertSqlSafe(whole)).fetch_one(&pool).await.unwrap();
        let text: String = content.get(0);
        let fingerprint = vigie::support::fingerprint::Fingerprint::of(text.as_bytes());
        let count = text.split(',').next().unwrap_or_default();
        state.insert(table, format!("{count}, {fingerprint:?}"));
    }
    pool.close().await;
    state
}
