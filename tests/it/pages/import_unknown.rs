//! Files in a browser that cannot be read as they are: an unknown workbook, described in the assistant, imported, on hold, and
//! confirmed; an edition with unknown ministries, settled and imported.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::browser::{Stage, Way, own_service};
use crate::intake::as_sent::{Sheet, xlsx};
use vigie::domain::accounts::access::Role;

/// A workbook whose one project costs more than any ever did, so that it waits for a person.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_workbook_is_described_imported_and_confirmed_in_a_browser() {
    let rows = vec![
        vec!["Direction du numérique"],
        vec!["Suivi des chantiers au 28 février 2021"],
        vec![
            "Intitulé du chantier",
            "Porteur",
            "Avancement",
            "Lancement",
            "Terme prévu",
            "Budget (k€)",
        ],
        vec![
            "Tilleul",
            "Ministère de la Justice",
            "Amorce",
            "15/03/2018",
            "31/12/2022",
            "24 500 000",
        ],
        vec![
            "Platane",
            "Ministère de la Justice",
            "Réflexion",
            "20/09/2019",
            "30/06/2024",
            "8 200",
        ],
        vec!["Total", "", "", "", "", "24 508 200"],
    ];
    let workbook = xlsx(&[Sheet::new("Chantiers", rows)]);
    let workbook = STANDARD.encode(workbook);
    for way in Way::ALL {
        let Some(server) = own_service().await else { return };
        let stage = Stage::of(&server).with("Claire", &[Role::Reader, Role::Analyst], &[]).await;
        let given = json!({ "file": "2021-02.justice.xlsx", "workbook": workbook });
        stage.play("import_unknown", way, &given).await;
        server.close().await;
    }
}

/// One of the ministries is new, the other a misspelt one.
#[tokio::test(flavor = "multi_thread")]
async fn unknown_ministries_are_settled_and_their_edition_imported_in_a_browser() {
    let text = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,functional_zone,programme,withheld_reason\n\
                Épicéa,Ministère de la Navigation lunaire,trial,2017-06,72,31.2,false,Espace,P176,\n\
                Mélèze,Ministère de l’Interieure,trial,2017-06,60,12.2,false,Sécurité,P176,\n";
    for way in Way::ALL {
        let Some(server) = own_service().await else { return };
        let stage = Stage::of(&server).with("Claire", &[Role::Reader, Role::Analyst], &[]).await;
        let given = json!({
            "file": "2021-02.lunar.csv",
            "text": text,
            "unknown": "Ministère de la Navigation lunaire",
            "misspelt": "Ministère de l’Interieure",
            "known": "MI, Ministère de l’Intérieur",
            "official": "Ministère de la Lune",
        });
        stage.play("settle_names", way, &given).await;
        server.close().await;
    }
}
