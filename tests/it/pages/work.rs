//! What the risk team does about alerts, from beginning to end.

use serde_json::json;

use super::browser::{Stage, Way, own_service};
use vigie::domain::accounts::access::Role;

const ROLES: [Role; 2] = [Role::Reader, Role::Analyst];

#[tokio::test(flavor = "multi_thread")]
async fn thirty_alerts_are_worked_through_in_a_queue() {
    for way in Way::ALL {
        let Some(server) = own_service().await else { return };
        let stage = Stage::of(&server).with("Claire Martin", &ROLES, &[]).await;
        stage.play("queue", way, &json!({})).await;
        server.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_people_on_one_alert_is_told_what_the_first_did() {
    for way in [Way::Pointer, Way::NoScript] {
        let Some(server) = own_service().await else { return };
        let stage = Stage::of(&server).with("Claire Martin", &ROLES, &[]).await;
        let stage = stage.with("Paul Durand", &ROLES, &[]).await;
        stage.play("two_on_one_alert", way, &json!({})).await;
        server.close().await;
    }
}
