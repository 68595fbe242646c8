//! From the link of the first start to what a project is flagged for.

use serde_json::json;

use super::browser::{Stage, Way, own_service};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_link_leads_to_why_a_project_is_flagged() {
    for way in Way::ALL {
        let Some(server) = own_service().await else { return };
        let link = server.running.first_link().unwrap().to_owned();
        Stage::of(&server).play("read_why", way, &json!({ "link": link })).await;
        server.close().await;
    }
}
