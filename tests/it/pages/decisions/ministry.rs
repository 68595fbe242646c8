//! An account of one ministry: nothing of another's in any byte of any page, whatever it asks for or sends.

use std::collections::BTreeSet;

use super::visitors::{answered, client, first_link, values};
use crate::support;
use crate::support::doors;
use crate::support::ministry_data::{MinistryData, told};
use vigie::domain::accounts::access::{Role, Scope};
use vigie::domain::ids::MinistryCode;
use vigie::store::MissionFilter;

/// Every page that lists something, with the filters that another ministry's could come in by.
const LISTS: [&str; 14] = [
    "/alertes",
    "/alertes?masquee=oui",
    "/alertes?silence=oui&groupe=regle",
    "/alertes?acquittee=oui",
    "/alertes?etat=close",
    "/silences",
    "/contestations",
    "/missions",
    "/missions?etat=retiree",
    "/missions/classement",
    "/missions/bilan",
    "/revues",
    "/revues?etat=annulee",
    "/revues/actions",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_page_tells_a_ministry_of_anothers_in_any_byte() {
    let data = MinistryData::new().await;
    let scope = Scope::of([MinistryCode::new("MJ")]);
    let token =
        support::token(&data.store, "Chef MJ", &[Role::Analyst, Role::Reader], &["MJ"]).await;
    let service = doors::serve(data.database_url()).await;
    let secrets = data.secrets(&scope).await;
    let client = client();
    let url = |path: &str| format!("http://{}{path}", service.address());
    let mut paths: BTreeSet<String> = LISTS.into_iter().map(str::to_owned).collect();
    for alert in data.store.standing_alerts().await.unwrap() {
        if data.shows(&scope, &alert.subject) {
            paths.insert(format!("/alertes/{}", alert.id));
        }
    }
    for mission in data.store.missions(&MissionFilter::default()).await.unwrap() {
        if data.shows(&scope, &mission.subject) {
            paths.insert(format!("/missions/{}", mission.id));
        }
    }
    let reviews = answered(client.get(url("/revues")).bearer_auth(&token)).await;
    paths.insert(first_link(reviews.html.split("<tbody>").nth(1).unwrap(), "/revues/"));
    assert!(paths.len() > LISTS.len() + 10, "{} pages", paths.len());
    for path in &paths {
        let page = answered(client.get(url(path)).bearer_auth(&token)).await;
        assert_eq!(page.status, 200, "{path}: {}", page.html);
        assert_eq!(told(&page.html, &secrets), Vec::<&str>::new(), "{path}");
    }

    // What is another's is as if it were nothing's, and an act on it among one's own stops nothing.
    let others = data.store.standing_alerts().await.unwrap();
    let other = others.iter().find(|alert| !data.shows(&scope, &alert.subject)).unwrap();
    let page =
        answered(client.get(url(&format!("/alertes/{}", other.id))).bearer_auth(&token)).await;
    assert_eq!(page.status, 404);
    let queue = answered(client.get(url("/alertes?silence=oui")).bearer_auth(&token)).await;
    let own = values(&queue.html, "alert").swap_remove(0);
    let form = [("act", "acknowledge"), ("alert", &*own), ("alert", other.id.as_str())];
    let sent = client.post(url("/alertes/actes")).form(&form).bearer_auth(&token);
    let answer = answered(sent).await;
    assert_eq!(answer.status, 409, "{}", answer.html);
    let mut hidden = secrets.clone();
    hidden.remove(other.id.as_str());
    assert_eq!(told(&answer.html, &hidden), Vec::<&str>::new());
    service.stop().await.unwrap();
}
