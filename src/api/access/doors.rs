//! Who may call what: every route, and what it asks of its caller. What is not here is refused.

use crate::domain::access::Permission;
use crate::domain::access::Permission::Act;
use crate::domain::access::Permission::Administer;
use crate::domain::access::Permission::Operate;
use crate::domain::access::Permission::PublishRules;
use crate::domain::access::Permission::Read;
use crate::domain::access::Permission::WriteRules;

/// One method of one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Door {
    pub method: &'static str,
    /// As the router has it: `/api/v1/projects/{project}`.
    pub address: &'static str,
    pub asks: Asks,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asks {
    /// Nobody need be known.
    Nothing,
    Account(Permission, Reach),
}

/// What an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// What the caller sees: the store leaves the rest out.
    Own,
    /// The State as a whole: accounts for some ministries have no business there.
    Whole,
}

pub const DOORS: &[Door] = &[
    open("GET", "/healthz"),
    open("GET", "/livez"),
    open("GET", "/readyz"),
    open("GET", "/sign-in"),
    open("GET", "/sign-in/return"),
    open("POST", "/sign-out"),
    open("GET", "/signed-out"),
    open("GET", "/account"),
    open("GET", "/setup/{invitation}"),
    open("POST", "/setup/{invitation}"),
    open("GET", "/api/openapi.json"),
    open("GET", "/api/docs"),
    open("GET", "/api/docs/{file:.*}"),
    whole("GET", "/metrics", Read),
    own("GET", "/notices/{notice}", Read),
    own("GET", "/api/v1/session", Read),
    own("GET", "/api/v1/tokens", Read),
    own("POST", "/api/v1/tokens", Read),
    own("DELETE", "/api/v1/tokens/{token}", Read),
    whole("GET", "/api/v1/accounts", Administer),
    whole("POST", "/api/v1/accounts", Administer),
    whole("GET", "/api/v1/accounts/{account}", Administer),
    whole("PUT", "/api/v1/accounts/{account}", Administer),
    whole("DELETE", "/api/v1/accounts/{account}", Administer),
    whole("GET", "/api/v1/accounts/{account}/tokens", Administer),
    whole("POST", "/api/v1/accounts/{account}/tokens", Administer),
    whole("DELETE", "/api/v1/accounts/{account}/tokens/{token}", Administer),
    own("GET", "/api/v1/portfolio", Read),
    own("GET", "/api/v1/exports/{table}", Read),
    own("GET", "/api/v1/feed", Read),
    own("GET", "/api/v1/editions", Read),
    whole("GET", "/api/v1/imports", Read),
    whole("POST", "/api/v1/imports", Operate),
    whole("GET", "/api/v1/imports/{import}", Read),
    own("GET", "/api/v1/dictionary", Read),
    own("GET", "/api/v1/projects", Read),
    own("GET", "/api/v1/projects/{project}", Read),
    own("GET", "/api/v1/projects/{project}/history", Read),
    own("GET", "/api/v1/projects/{project}/timeline", Read),
    own("GET", "/api/v1/projects/{project}/verdicts", Read),
    own("GET", "/api/v1/known-projects", Read),
    whole("POST", "/api/v1/projects/{project}/link", Operate),
    whole("POST", "/api/v1/projects/{project}/unlink", Operate),
    own("GET", "/api/v1/alerts", Read),
    own("GET", "/api/v1/alerts/{alert}", Read),
    own("POST", "/api/v1/alerts/{alert}/acknowledgement", Act),
    own("POST", "/api/v1/alerts/{alert}/assignment", Act),
    own("POST", "/api/v1/alerts/{alert}/comments", Act),
    own("POST", "/api/v1/alerts/{alert}/disputes", Act),
    own("GET", "/api/v1/silences", Read),
    own("POST", "/api/v1/silences", Act),
    own("GET", "/api/v1/silences/{silence}", Read),
    own("POST", "/api/v1/silences/{silence}/end", Act),
    own("GET", "/api/v1/disputes", Read),
    own("GET", "/api/v1/disputes/{dispute}", Read),
    own("POST", "/api/v1/disputes/{dispute}/answer", Act),
    whole("GET", "/api/v1/audit", Administer),
    whole("GET", "/api/v1/audit/verify", Administer),
    own("GET", "/api/v1/missions", Read),
    own("GET", "/api/v1/missions/ranking", Read),
    own("GET", "/api/v1/missions/outcomes", Read),
    own("GET", "/api/v1/missions/{mission}", Read),
    own("POST", "/api/v1/missions/{mission}/decision", Act),
    own("POST", "/api/v1/missions/{mission}/start", Act),
    own("POST", "/api/v1/missions/{mission}/milestones", Act),
    own("POST", "/api/v1/missions/{mission}/milestones/reached", Act),
    own("POST", "/api/v1/missions/{mission}/notes", Act),
    own("POST", "/api/v1/missions/{mission}/vendor-replies", Act),
    own("POST", "/api/v1/missions/{mission}/vendor-namings", Act),
    own("POST", "/api/v1/missions/{mission}/closing", Act),
    own("GET", "/api/v1/notices", Read),
    whole("GET", "/api/v1/notices/preview", Read),
    whole("POST", "/api/v1/notices/replay", Administer),
    own("GET", "/api/v1/notices/{notice}", Read),
    whole("POST", "/api/v1/notices/{notice}/replay", Administer),
    whole("GET", "/api/v1/receivers", Read),
    whole("POST", "/api/v1/receivers/{receiver}/opening", Administer),
    own("GET", "/api/v1/reviews", Read),
    whole("POST", "/api/v1/reviews/planning", Act),
    own("GET", "/api/v1/reviews/actions", Read),
    own("GET", "/api/v1/reviews/{review}", Read),
    own("POST", "/api/v1/reviews/{review}/minutes", Act),
    own("POST", "/api/v1/reviews/{review}/move", Act),
    own("POST", "/api/v1/reviews/{review}/cancellation", Act),
    own("POST", "/api/v1/reviews/{review}/actions/{action}/completion", Act),
    own("GET", "/api/v1/ministries/{ministry}/reviews.ics", Read),
    own("GET", "/api/v1/rules", Read),
    own("GET", "/api/v1/rules/{rule}", Read),
    own("GET", "/api/v1/rules/{rule}/explanation", Read),
    own("GET", "/api/v1/catalogue", Read),
    own("GET", "/api/v1/rules/{rule}/versions", Read),
    own("GET", "/api/v1/rules/{rule}/comparison", Read),
    whole("POST", "/api/v1/rules/{rule}/rollback", PublishRules),
    own("GET", "/api/v1/publications", Read),
    own("GET", "/api/v1/overrides", Read),
    own("GET", "/api/v1/overrides/{rule}", Read),
    own("GET", "/api/v1/thresholds", Read),
    own("GET", "/api/v1/drafts", Read),
    whole("POST", "/api/v1/drafts", WriteRules),
    own("GET", "/api/v1/drafts/{draft}", Read),
    whole("PUT", "/api/v1/drafts/{draft}", WriteRules),
    whole("POST", "/api/v1/drafts/{draft}/submission", WriteRules),
    whole("POST", "/api/v1/drafts/{draft}/withdrawal", WriteRules),
    whole("POST", "/api/v1/drafts/{draft}/return", PublishRules),
    whole("POST", "/api/v1/drafts/{draft}/publication", PublishRules),
    own("GET", "/api/v1/drafts/{draft}/proof", Read),
    own("GET", "/api/v1/drafts/{draft}/diff", Read),
    own("POST", "/api/v1/trials/check", WriteRules),
    own("POST", "/api/v1/trials/test", WriteRules),
    own("POST", "/api/v1/trials/diff", WriteRules),
    own("GET", "/api/v1/coverage", Read),
    whole("GET", "/api/v1/jobs", Read),
    whole("GET", "/api/v1/jobs/{job}/runs", Read),
    whole("POST", "/api/v1/jobs/{job}/runs", Administer),
    whole("GET", "/api/v1/runs/{run}", Read),
    whole("GET", "/api/v1/sources", Read),
    own("GET", "/api/v2/alerts", Read),
    own("GET", "/api/v2/alerts/groups", Read),
    own("GET", "/api/v2/receivers", Read),
    own("GET", "/api/v2/silences", Read),
    own("GET", "/api/v2/silence/{silenceID}", Read),
    own("GET", "/api/v2/status", Read),
    own("GET", "/api/v1/cycles", Read),
    whole("POST", "/api/v1/cycles", Operate),
    own("GET", "/api/v1/cycles/{cycle}", Read),
    own("GET", "/api/v1/cycles/{cycle}/verdicts", Read),
    whole("POST", "/api/v1/cycles/{cycle}/replay", Operate),
    whole("POST", "/api/v1/cycles/{cycle}/void", Administer),
];

const fn open(method: &'static str, address: &'static str) -> Door {
    Door { method, address, asks: Asks::Nothing }
}

const fn own(method: &'static str, address: &'static str, asks: Permission) -> Door {
    Door { method, address, asks: Asks::Account(asks, Reach::Own) }
}

const fn whole(method: &'static str, address: &'static str, asks: Permission) -> Door {
    Door { method, address, asks: Asks::Account(asks, Reach::Whole) }
}

/// A `HEAD` is a `GET` of which the body is not sent.
pub(super) fn find(method: &str, address: &str) -> Option<&'static Door> {
    let method = if method == "HEAD" { "GET" } else { method };
    DOORS.iter().find(|door| door.method == method && door.address == address)
}

/// The methods of an address, as the header `Allow` has them; empty when it is none.
pub(super) fn methods(address: &str) -> String {
    let here = DOORS.iter().filter(|door| door.address == address);
    let words = here.map(|door| if door.method == "GET" { "GET, HEAD" } else { door.method });
    words.collect::<Vec<_>>().join(", ")
}
