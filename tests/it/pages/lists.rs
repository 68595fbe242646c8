//! Lists that pages export: every one as CSV and as a workbook, with the filters and the order of the page, all pages of it,
//! and nothing of another ministry.

use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use reqwest::Client;
use reqwest::header::{ACCEPT, CONTENT_DISPOSITION};

use crate::support::ministry_data::{MinistryData, told};
use crate::support::{doors, token};
use vigie::domain::accounts::access::{Role, Scope};
use vigie::domain::alerts::silence::SilenceScope;
use vigie::domain::ids::MinistryCode;
use vigie::server::Running;

/// Every list with the first words of its file, and whether accounts of one ministry may read it.
const LISTS: [(&str, &str, bool); 22] = [
    ("/projets", "Projet", true),
    ("/alertes", "Sujet", true),
    ("/silences", "N°", true),
    ("/contestations", "N°", true),
    ("/missions", "Mission", true),
    ("/revues", "Prévue le", true),
    ("/revues/actions", "Action", true),
    ("/regles", "Famille", true),
    ("/proches-du-seuil", "Sujet", true),
    ("/fiabilite", "Sorte", false),
    ("/seuils", "Seuil", true),
    ("/brouillons", "N°", true),
    ("/messages", "Message", true),
    ("/editions", "Édition", true),
    ("/editions/comparaison", "Projet", true),
    ("/imports", "N°", false),
    ("/imports/noms", "N°", false),
    ("/administration/journal", "N°", false),
    ("/administration/comptes", "N°", false),
    ("/administration", "Tâche", false),
    ("/administration/taches/cycle", "N°", false),
    ("/administration/cycles", "N°", false),
];

/// Lists of which the data has nothing.
const EMPTY: [&str; 3] = ["/imports/noms", "/revues/actions", "/administration/taches/cycle"];

struct Lists {
    data: MinistryData,
    service: Running,
    client: Client,
    chief: String,
    of_justice: String,
}

/// What was answered: its status, the name of its file, its bytes.
struct Sent {
    status: u16,
    file: String,
    bytes: Vec<u8>,
}

impl Lists {
    async fn open() -> Self {
        let data = MinistryData::new().await;
        let chief = token(&data.store, "Claire Martin", &Role::ALL, &[]).await;
        let of_justice = token(&data.store, "Paul Durand", &Role::ALL, &["MJ"]).await;
        let service = doors::serve(data.database_url()).await;
        Self { data, service, client: Client::new(), chief, of_justice }
    }

    async fn get(&self, token: &str, path: &str) -> Sent {
        let url = format!("http://{}{path}", self.service.address());
        let request = self.client.get(url).bearer_auth(token).header(ACCEPT, "text/html");
        let answer = request.send().await.unwrap();
        let file = answer.headers().get(CONTENT_DISPOSITION);
        let file = file.map_or("", |value| value.to_str().unwrap()).to_owned();
        let status = answer.status().as_u16();
        Sent { status, file, bytes: answer.bytes().await.unwrap().to_vec() }
    }

    async fn html(&self, path: &str) -> String {
        String::from_utf8(self.get(&self.chief, path).await.bytes).unwrap()
    }

    /// The rows of a list, its headers first.
    async fn csv(&self, path: &str) -> Vec<Vec<String>> {
        let sent = self.get(&self.chief, &with_format(path, "csv")).await;
        assert_eq!(sent.status, 200, "{path}");
        of_csv(&sent.bytes)
    }
}

fn with_format(path: &str, format: &str) -> String {
    format!("{path}{}format={format}", if path.contains('?') { '&' } else { '?' })
}

fn of_csv(bytes: &[u8]) -> Vec<Vec<String>> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap();
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').has_headers(false).from_reader(text);
    let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect());
    rows.collect()
}

/// The sheet of the list, as a spreadsheet program reads it, and the texts of the others.
fn of_xlsx(bytes: Vec<u8>) -> (Vec<Vec<Data>>, String) {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let names = book.sheet_names();
    let rows = |from: &mut Xlsx<_>, name: &str| -> Vec<Vec<Data>> {
        from.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
    };
    let list = rows(&mut book, &names[0]);
    let others = names.iter().skip(1).flat_map(|name| rows(&mut book, name)).flatten();
    (list, others.map(|cell| cell.to_string() + "\n").collect())
}

#[tokio::test]
async fn every_list_is_had_as_csv_and_as_a_workbook_of_the_same_rows() {
    let lists = Lists::open().await;
    for (path, first, _) in LISTS {
        let page = lists.html(path).await;
        for format in ["xlsx", "csv"] {
            let link = format!("format={format}\" download");
            assert!(page.contains(&link), "{path} does not lead to its {format}");
        }
        let csv = lists.get(&lists.chief, &with_format(path, "csv")).await;
        let xlsx = lists.get(&lists.chief, &with_format(path, "xlsx")).await;
        assert_eq!((csv.status, xlsx.status), (200, 200), "{path}");
        assert!(csv.file.starts_with("attachment; filename=\"vigie-"), "{path}: {}", csv.file);
        assert!(csv.file.ends_with("-2020-12-01.csv\""), "{path}: {}", csv.file);
        assert!(xlsx.file.ends_with("-2020-12-01.xlsx\""), "{path}: {}", xlsx.file);
        let rows = of_csv(&csv.bytes);
        let headers: BTreeSet<&String> = rows[0].iter().collect();
        assert_eq!((rows[0][0].as_str(), headers.len()), (first, rows[0].len()), "{path}");
        let (sheet, about) = of_xlsx(xlsx.bytes);
        let heads: Vec<String> = sheet[0].iter().map(ToString::to_string).collect();
        assert_eq!(heads, rows[0], "{path}");
        assert_eq!(sheet.len(), rows.len(), "{path}");
        assert_eq!(rows.len() == 1, EMPTY.contains(&path), "{path}: {} rows", rows.len());
        assert!(about.contains("Vigie, dispositif de veille"), "{path}: {about}");
    }
    let refused = lists.get(&lists.chief, "/projets?format=pdf").await;
    assert_eq!(refused.status, 400);
    lists.service.stop().await.unwrap();
}

#[tokio::test]
async fn a_list_has_the_filters_the_order_and_all_pages_of_its_page() {
    let lists = Lists::open().await;
    let query = "/projets?ministere=MJ&tri=-cout&limite=1";
    let page = lists.html(query).await;
    assert!(page.contains("Page suivante"), "{page}");
    let export = "/projets?format=csv&amp;ministere=MJ&amp;tri=-cout";
    assert!(page.contains(export), "{page}");
    let rows = lists.csv(query).await;
    let (names, costs): (Vec<&str>, Vec<Option<f64>>) = rows[1..]
        .iter()
        .map(|row| (row[0].as_str(), row[4].replace(',', ".").parse::<f64>().ok()))
        .unzip();
    assert!(rows[1..].iter().all(|row| row[1] == "MJ"), "{rows:?}");
    assert!(names.len() > 2 && costs.iter().flatten().count() > 2, "{rows:?}");
    let known: Vec<f64> = costs.iter().flatten().copied().collect();
    assert!(known.windows(2).all(|pair| pair[0] >= pair[1]), "{known:?}");
    // Page after page, the same projects in the same order.
    let (mut paged, mut next) = (Vec::new(), query.to_owned());
    loop {
        let html = lists.html(&next).await;
        let (_, body) = html.split_once("<tbody>").unwrap();
        paged.push(between(body, "<th scope=\"row\"><a href=\"/projets/", "\"").to_owned());
        let Some((before, _)) = html.split_once("\">Page suivante") else { break };
        next = before.rsplit_once("href=\"").unwrap().1.replace("&amp;", "&");
    }
    let last = rows[0].len() - 1;
    let ids: Vec<&str> = rows[1..].iter().map(|row| row[last].as_str()).collect();
    assert_eq!(ids, paged);
    // The queue of alerts: what it leaves out is not in the file either.
    let queue = "/alertes?niveau=eleve&groupe=regle&limite=2";
    let alerts = lists.csv(queue).await;
    let found = between(&lists.html(queue).await, "<p><strong>", "\u{a0}alerte").to_owned();
    assert_eq!(alerts.len() - 1, found.parse::<usize>().unwrap());
    let column = |name: &str| alerts[0].iter().position(|header| header == name).unwrap();
    let (level, rule) = (column("Niveau"), column("Code de la règle"));
    assert!(alerts[1..].iter().all(|row| ["Élevé", "Critique"].contains(&row[level].as_str())));
    let rules: Vec<&str> = alerts[1..].iter().map(|row| row[rule].as_str()).collect();
    let mut runs = rules.clone();
    runs.dedup();
    let different: BTreeSet<&str> = rules.iter().copied().collect();
    assert_eq!(runs.len(), different.len(), "alerts of one rule are not together: {rules:?}");
    // What the workbook is of is in it.
    let sent = lists.get(&lists.chief, &with_format(queue, "xlsx")).await;
    let (_, about) = of_xlsx(sent.bytes);
    assert!(about.contains("Niveau minimal : eleve"), "{about}");
    lists.service.stop().await.unwrap();
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    let (_, rest) = text.split_once(before).unwrap();
    rest.split_once(after).unwrap().0
}

#[tokio::test]
async fn a_list_shows_one_ministry_nothing_of_the_others() {
    let lists = Lists::open().await;
    let secrets = lists.data.secrets(&Scope::of([MinistryCode::new("MJ")])).await;
    let mut shown = 0;
    for (path, _, is_own) in LISTS {
        let csv = lists.get(&lists.of_justice, &with_format(path, "csv")).await;
        let xlsx = lists.get(&lists.of_justice, &with_format(path, "xlsx")).await;
        let page = lists.get(&lists.of_justice, path).await;
        assert_eq!((csv.status, xlsx.status), (page.status, page.status), "{path}");
        assert_eq!(page.status == 200, is_own, "{path}: {}", page.status);
        let mut text = String::from_utf8(csv.bytes).unwrap();
        if is_own {
            shown += text.lines().count() - 1;
            let (sheet, about) = of_xlsx(xlsx.bytes);
            text.push_str(&about);
            text.extend(sheet.iter().flatten().map(|cell| format!("{cell}\n")));
        }
        assert_eq!(told(&text, &secrets), Vec::<&str>::new(), "{path}");
    }
    assert!(shown > 50, "{shown} rows");
    lists.service.stop().await.unwrap();
}

#[tokio::test]
async fn a_text_that_a_spreadsheet_program_would_compute_stays_a_text() {
    let lists = Lists::open().await;
    let alert = lists.data.store.standing_alerts().await.unwrap().swap_remove(0);
    let scope = SilenceScope { ministry: Some(MinistryCode::new("MJ")), ..SilenceScope::default() };
    let mut silence = crate::support::ministry_data::silence(scope, &alert);
    silence.reason = "=HYPERLINK(\"http://example.org\")".to_owned();
    lists.data.store.silence(&silence).await.unwrap();
    let rows = lists.csv("/silences").await;
    assert!(rows.iter().any(|row| row[4] == "'=HYPERLINK(\"http://example.org\")"), "{rows:?}");
    let sent = lists.get(&lists.chief, "/silences?format=xlsx").await;
    let (sheet, _) = of_xlsx(sent.bytes);
    let is_text = |cell: &Data| matches!(cell, Data::String(text) if text == &silence.reason);
    assert!(sheet.iter().flatten().any(is_text), "{sheet:?}");
    lists.service.stop().await.unwrap();
}

#[tokio::test]
async fn a_list_with_more_rows_than_a_file_may_have_is_refused_in_words() {
    let lists = Lists::open().await;
    let runs = "with recursive counted(number) as
                    (select 1 union all select number + 1 from counted where number < 50001)
                insert into job_runs (number, job, occasion, missed, holder, started_at, ended_at, outcome, detail)
                select number, 'cycle', 'timetable', 0, 'tests', '2020-11-30T10:00:00Z',
                       '2020-11-30T10:00:01Z', 'success', 'fait' from counted";
    lists.data.sql(runs);
    let path = "/administration/taches/cycle?format=csv";
    let refused = lists.get(&lists.chief, path).await;
    assert_eq!(refused.status, 422);
    let html = String::from_utf8(refused.bytes).unwrap();
    assert!(html.contains("plus de 50\u{202f}000\u{a0}lignes"), "{html}");
    lists.data.sql("delete from job_runs where number = 1");
    let sent = lists.get(&lists.chief, path).await;
    assert_eq!((sent.status, of_csv(&sent.bytes).len()), (200, 50_001));
    lists.service.stop().await.unwrap();
}
