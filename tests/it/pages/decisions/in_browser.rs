//! Decisions in a real browser: thirty alerts worked through, and two people before one alert.

use serde_json::json;

use crate::pages::browser::{Stage, Way, own_service};
use vigie::domain::accounts::access::Role;

const ACTS: [Role; 2] = [Role::Reader, Role::Analyst];

#[tokio::test(flavor = "multi_thread")]
async fn thirty_alerts_are_worked_through() {
    for way in Way::ALL {
        let Some(server) = own_service().await else { return };
        let stage = Stage::of(&server).with("Claire Martin", &ACTS, &[]).await;
        stage.play("queue", way, &json!({})).await;
        server.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_people_on_an_alert_is_told_what_the_first_did_and_nothing_is_lost() {
    for way in Way::ALL {
        let Some(server) = own_service().await else { return };
        let token = server.app.token("Claire Martin", &ACTS, &[]).await;
        let listed = server.get(&token, "/api/v1/alerts?state=open&level=high&limit=1").await;
        let alert = listed.body["data"][0]["id"].as_str().unwrap().to_owned();
        let stage = Stage::of(&server).with("Claire Martin", &ACTS, &[]).await;
        let stage = stage.with("Paul Durand", &ACTS, &[]).await;
        stage.play("two_on_an_alert", way, &json!({ "alert": alert })).await;
        server.close().await;
    }
}
