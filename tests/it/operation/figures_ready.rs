//! Figures are worked out again when what they are made of changes, and only then.

use super::jobs::support::work;
use crate::support::manual_clock::ManualClock;
use crate::support::{TestApp, root};
use vigie::application;

fn import(app: &TestApp, file: &str) {
    let path = root().join("fixtures").join(file);
    app.ok(&["import", path.to_str().unwrap()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_that_were_read_are_worked_out_again_after_an_import_and_on_another_day() {
    let app = TestApp::new();
    import(&app, "2020-06.panorama.csv");
    let clock = ManualClock::at("2020-11-30T09:00:00Z");
    let services = work(&app, &clock).await.services;
    let refresh = async |ready| application::refresh_figures(&services, ready).await.unwrap();

    assert_eq!(refresh(None).await, None, "nobody has read any");
    let before = application::panorama(&services, None).await.unwrap();
    let first = refresh(None).await;
    assert!(first.is_some());
    assert_eq!(refresh(first.as_ref()).await, first, "nothing has changed");

    import(&app, "2020-11.panorama.csv");
    let second = refresh(first.as_ref()).await;
    assert_ne!(second, first, "an edition more");
    let after = application::panorama(&services, None).await.unwrap();
    assert_ne!(before.edition, after.edition);
    assert_eq!(refresh(second.as_ref()).await, second);

    clock.set("2020-12-01T09:00:00Z");
    assert_ne!(refresh(second.as_ref()).await, second, "another day");
    services.store.close().await;
}
