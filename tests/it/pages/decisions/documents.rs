//! Documents as pages: what they say, the files to take away, and the texts that people write.

use super::visitors::{DecisionPages, assert_says, values};

const NOTE: &str = "/documents/cosinum/2020-11";

#[tokio::test(flavor = "multi_thread")]
async fn the_note_is_read_and_written_on_its_page_and_a_second_author_reads_the_first() {
    let pages = DecisionPages::open().await;
    let (ada, paul) = (pages.analyst("Ada Martin").await, pages.analyst("Paul Durand").await);
    let list = pages.read(&ada, "/documents").await;
    assert_says(&list, &[NOTE, "/documents/ministeres/MJ", "/documents/projets/si-samu"]);
    let note = pages.read(&ada, NOTE).await;
    let figure = "<a href=\"/editions/2020-11\">1,86\u{202f}Md€</a>";
    assert_says(
        &note,
        &[figure, "format=odt", "À compléter\u{202f}: introduction", "À compléter."],
    );
    let read = values(&note, "revision");
    assert_eq!(read, ["0"; 5]);

    let path = format!("{NOTE}/textes/introduction");
    let first = [("revision", "0"), ("text", "Le premier texte.")];
    assert_eq!(pages.done(&ada, &path, &first).await, NOTE);
    let second = pages.send(&paul, &path, &[("revision", "0"), ("text", "Le second.")]).await;
    assert_eq!(second.status, 412, "{}", second.html);
    let both = ["Le premier texte.", "Ada Martin", "Le second.</textarea>"];
    assert_says(&second.html, &both);
    assert_eq!(values(&second.html, "revision")[0], "1");
    let after = pages.read(&paul, NOTE).await;
    assert_says(&after, &["<p>Le premier texte.</p>", "Révision 1, écrite par Ada Martin"]);
    pages.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_ministries_and_projects_lead_to_their_files() {
    let pages = DecisionPages::open().await;
    let ada = pages.analyst("Ada Martin").await;
    let ministry = pages.read(&ada, "/documents/ministeres/MJ").await;
    assert_says(
        &ministry,
        &["Ministère de la Justice", "/api/v1/documents/ministry/MJ?format=odt"],
    );
    let project = pages.read(&ada, "/documents/projets/si-samu").await;
    assert_says(&project, &["SI SAMU", "/api/v1/documents/project/si-samu?format=md"]);
    assert_eq!(pages.get(&ada, "/documents/projets/rien").await.status, 404);
    pages.stop().await;
}
