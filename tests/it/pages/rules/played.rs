//! What authors and approvers of rules do in a browser, from beginning to end.

use serde_json::json;

use crate::pages::browser::{Stage, Way, own_service};
use vigie::domain::accounts::access::Role;

const AUTHOR: &[Role] = &[Role::Reader, Role::RuleAuthor];

async fn play(scenario: &str, people: &[(&str, &[Role])]) {
    for way in Way::ALL {
        let Some(server) = own_service().await else { return };
        let mut stage = Stage::of(&server);
        for (name, roles) in people {
            stage = stage.with(name, roles, &[]).await;
        }
        stage.play(scenario, way, &json!({})).await;
        server.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_threshold_goes_from_the_form_into_force_and_back() {
    play("threshold", &[("Ada", AUTHOR), ("Paul", &[Role::Reader, Role::Approver])]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_on_one_draft_see_each_others_work() {
    play("shared_draft", &[("Ada", AUTHOR), ("Bob", AUTHOR)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_rule_is_written_by_answers_and_fires() {
    play("new_rule", &[("Ada", AUTHOR)]).await;
}
