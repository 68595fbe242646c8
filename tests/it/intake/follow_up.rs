//! What DINUM holds beyond the panorama, in files of our own layout.

use super::readers::{read, snapshots};
use vigie::domain::ids::{MinistryCode, ProjectId};
use vigie::domain::portfolio::import::{Import, ImportedRows, KnownProject};
use vigie::domain::value::Reported;

fn known() -> Vec<KnownProject> {
    let project = |id: &str, name: &str| KnownProject {
        project: ProjectId::new(id),
        names: vec![name.to_owned()],
        ministry: MinistryCode::new("MJ"),
    };
    vec![project("portalis", "PORTALIS"), project("si-samu", "SI SAMU")]
}

#[track_caller]
fn accepted(text: &str) -> Import {
    read("2020-11.csv", text, &known()).unwrap()
}

#[track_caller]
fn refused(text: &str) -> String {
    let refusal = read("2020-11.csv", text, &known()).unwrap_err().to_string();
    refusal.split_once("tableur)\n").map_or(refusal.clone(), |(_, faults)| faults.to_owned())
}

#[test]
fn an_edition_in_our_own_words() {
    let header = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,\
                  functional_zone,programme,withheld_reason";
    let import = accepted(&format!(
        "{header}\nPORTALIS,MJ,build,2014-03,135,50.4,false,Justice,P310,\n\
         SI SAMU,Ministère de la Santé,under_revision,,,,true,,,Appel d’offres en cours\n\
         LOG MI,ministère de l’Intérieur,trial,2017-09,94,,,,,"
    ));
    let rows = snapshots(&import);
    assert_eq!(import.profile, "vigie-panorama");
    assert_eq!(rows[0].ministry_label, "Ministère de la Justice");
    assert_eq!(
        (rows[0].duration_months, rows[0].cost_meur),
        (Reported::Given(135.0), Reported::Given(50.4))
    );
    assert_eq!(
        (rows[1].ministry.as_str(), rows[1].ministry_label.as_str()),
        ("MSO", "Ministère de la Santé")
    );
    assert_eq!((rows[1].start_on, rows[1].cost_meur), (Reported::Withheld, Reported::Withheld));
    assert_eq!((rows[2].project.as_str(), rows[2].cost_meur), ("log-mi", Reported::Missing));
    assert_eq!(import.withheld.len(), 3);
    assert_eq!(
        refused(&format!("{header}\nPORTALIS,MJ,Cadrage,mai 11,1,\"1,5\",Oui,,,")),
        "  ligne 2, colonne `phase` : trouvé `Cadrage`, attendu l’un de `scoping`, `build`, `trial`, \
         `rollout`, `completed`, `stopped`, `under_revision`\n  \
         ligne 2, colonne `start_on` : trouvé `mai 11`, attendu un mois tel que `2016-11`, de 1970 à 2100\n  \
         ligne 2, colonne `cost_meur` : trouvé `1,5`, attendu un nombre à point décimal\n  \
         ligne 2, colonne `inter_ministerial` : trouvé `Oui`, attendu `true` ou `false`"
    );
}

#[test]
fn files_of_facts_are_told_apart_by_their_columns() {
    for (columns, expected) in [
        ("cost_initial,duration_initial,baseline_on", "vigie-baselines"),
        ("expected_exit_on", "vigie-exits"),
        ("exit_on,exit_reason", "vigie-exits"),
        ("avis_status,mareva_done", "vigie-article3"),
        ("mareva_done,lots_count", "vigie-article3"),
        ("interfaces_ready,code_audit_on", "vigie-audits"),
        ("director_fte,interfaces_ready", "vigie-questionnaire"),
        ("director_fte", "vigie-questionnaire"),
    ] {
        let commas = ",".repeat(columns.split(',').count());
        let import =
            accepted(&format!("project,reported_on,{columns}\nPORTALIS,2020-11-01{commas}"));
        assert_eq!(import.profile, expected, "{columns}");
        assert!(import.rows.is_empty(), "{columns}");
    }
}

#[test]
fn each_cell_of_a_file_of_facts_is_one_fact_of_the_fields_kind() {
    let import = accepted(
        "project,reported_on,director_fte,sponsor_named,sponsor_changes_24m,director_appointed_on\n\
         si-samu,2020-11-02,0.8,true,2,2020-01-15\nportalis,2020-11-02,,false,,",
    );
    let ImportedRows::Facts(facts) = &import.rows else { panic!("{import:?}") };
    let shown: Vec<_> = facts
        .iter()
        .map(|f| {
            format!("{} {} {:?} {}", f.project, f.field, f.answer.value().unwrap(), f.reported_on)
        })
        .collect();
    assert_eq!(
        shown,
        [
            "si-samu director_fte Float(0.8) 2020-11-02",
            "si-samu sponsor_named Bool(true) 2020-11-02",
            "si-samu sponsor_changes_24m Int(2) 2020-11-02",
            "si-samu director_appointed_on Date(2020-01-15) 2020-11-02",
            "portalis sponsor_named Bool(false) 2020-11-02",
        ]
    );
}

#[test]
fn what_is_wrong_in_a_file_of_facts_is_said_with_what_the_field_takes() {
    assert_eq!(
        refused(
            "project,reported_on,avis_status,lots_count,cost_hostin,contingency\n\
             PORTALIS,2020-11-01,oui,1.5,,-5\nPORTALIS,2020-11-01,pending,1,,"
        ),
        "  ligne 1, colonne `cost_hostin` : trouvé une colonne inconnue, attendu `cost_hosting`, \
         ou pas cette colonne\n  \
         ligne 2, colonne `avis_status` : trouvé `oui`, attendu l’un de `favorable`, \
         `favorable_with_reservations`, `unfavorable`, `deemed_favorable`, `pending`, `no_referral`\n  \
         ligne 2, colonne `lots_count` : trouvé `1.5`, attendu un nombre entier\n  \
         ligne 2, colonne `contingency` : trouvé `-5`, attendu un nombre qui ne soit pas négatif\n  \
         ligne 3, colonne `project` : trouvé le projet `portalis` au 2020-11-01, déjà à la ligne 2, \
         attendu une ligne par projet et par date"
    );
}

#[test]
fn follow_up_data_names_projects_that_are_known() {
    let header = "project,watch,since,until,note";
    let import = accepted(&format!(
        "{header}\nportalis,recurrent,2020-11-01,,\nSI-SAMU,closing,2020-11-01,2021-01-01,à suivre\n\
         EXPADON,recurrent,2020-11-01,,"
    ));
    assert_eq!(import.sightings.len(), 3);
    assert_eq!(import.rows.len(), 3);
    assert_eq!(
        refused(&format!("{header}\nPORTALYS,recurrent,2020-11-01,,\nxyz,vigilance,,,")),
        "  ligne 2, colonne `project` : trouvé `PORTALYS`, attendu un projet connu (le plus proche : \
         `PORTALIS`, `portalis`)\n  \
         ligne 3, colonne `project` : trouvé `xyz`, attendu un projet connu\n  \
         ligne 3, colonne `watch` : trouvé `vigilance`, attendu l’un de `closing`, `recurrent`, \
         `reframing`, `heightened`\n  \
         ligne 3, colonne `since` : trouvé rien, attendu une date"
    );
}

#[test]
fn each_list_is_read_as_its_own_rows() {
    for (text, expected) in [
        (
            "project,decided_on,cost_meur,duration_months,reason,decided_by\n\
             portalis,2019-01-01,60,,périmètre élargi,COSINUM",
            "Rebaselines([Rebaseline { project: ProjectId(\"portalis\"), decided_on: 2019-01-01, \
             cost_meur: Some(60.0), duration_months: None, reason: \"périmètre élargi\", \
             decided_by: Some(\"COSINUM\") }])",
        ),
        (
            "project,label,kind,baseline_on,forecast_on,actual_on,reported_on\n\
             portalis,V1,release,2019-01-01,2019-06-01,,2020-11-01",
            "Milestones([Milestone { project: ProjectId(\"portalis\"), label: \"V1\", kind: \
             \"release\", baseline_on: 2019-01-01, forecast_on: Some(2019-06-01), actual_on: None, \
             reported_on: 2020-11-01, facts: {} }])",
        ),
        (
            "project,vendor,kind,notified_on,end_on,ceiling_meur,consumed_meur,vendor_status,reported_on\n\
             portalis,ACME,,2019-01-01,,12,3.5,watched,2020-11-01",
            "Contracts([Contract { project: ProjectId(\"portalis\"), vendor: \"ACME\", kind: None, \
             notified_on: Some(2019-01-01), end_on: None, ceiling_meur: Some(12.0), consumed_meur: \
             Some(3.5), vendor_status: Some(\"watched\"), reported_on: 2020-11-01, facts: {} }])",
        ),
        (
            "project,axis,severity,text,issued_on,due_on,closed_on\n\
             portalis,finance,high,Contre-chiffrer,2019-01-01,2019-06-01,",
            "Recommendations([Recommendation { project: ProjectId(\"portalis\"), axis: \"finance\", \
             severity: \"high\", text: Some(\"Contre-chiffrer\"), issued_on: 2019-01-01, due_on: \
             Some(2019-06-01), closed_on: None }])",
        ),
        (
            "project,cause,level,declared_on,lifted_on,author_role,text\n\
             portalis,RC04,moderate,2019-01-01,,auditeur,",
            "DeclaredCauses([DeclaredCause { project: ProjectId(\"portalis\"), cause: \"RC04\", \
             level: Moderate, declared_on: 2019-01-01, lifted_on: None, author_role: \
             Some(\"auditeur\"), text: None }])",
        ),
        (
            "ministry,role,name,email,since\nMinistère de la Justice,secretary_general,,sg@justice.example,",
            "Contacts([Contact { ministry: MinistryCode(\"MJ\"), role: SecretaryGeneral, \
             project: None, name: None, email: \"sg@justice.example\", since: None, until: None }])",
        ),
    ] {
        assert_eq!(format!("{:?}", accepted(text).rows), expected);
    }
}

#[test]
fn words_outside_the_lists_are_refused_with_the_lists() {
    for (text, expected) in [
        (
            "project,decided_on,cost_meur,duration_months,reason,decided_by\nportalis,2019-01-01,,,x,",
            "  ligne 2, colonne `cost_meur` : trouvé ni coût ni durée, attendu au moins l’un des deux",
        ),
        (
            "project,label,kind,baseline_on,forecast_on,actual_on,reported_on\nportalis,V1,jalon,2019-01-01,,,2020-11-01",
            "  ligne 2, colonne `kind` : trouvé `jalon`, attendu l’un de `release`, `go_live`, `audit`, `other`",
        ),
        (
            "project,cause,level,declared_on,lifted_on,author_role,text\nportalis,RC25,fort,2019-01-01,,,",
            "  ligne 2, colonne `cause` : trouvé `RC25`, attendu `RC01` à `RC24`\n  \
             ligne 2, colonne `level` : trouvé `fort`, attendu l’un de `clear`, `watch`, `moderate`, `high`, `critical`",
        ),
    ] {
        assert_eq!(refused(text), expected);
    }
}

#[test]
fn a_wrong_address_is_not_repeated_in_the_message() {
    assert_eq!(
        refused("ministry,role,name,email,since\nMJ,secretary_general,,jeanne.dupont,"),
        "  ligne 2, colonne `email` : trouvé un texte qui n’est pas une adresse, attendu une adresse telle que \
         `sg@example.gouv.fr`, ou plusieurs séparées par `;`"
    );
}

#[test]
fn a_list_that_lacks_a_column_names_it() {
    assert_eq!(
        refused(
            "project,kind,baseline_on,forecast_on,actual_on,reported_on\nportalis,release,2019-01-01,,,2020-11-01"
        ),
        "`2020-11.csv` : aucun profil ne reconnaît ses en-têtes\n  \
         trouvé : `project`, `kind`, `baseline_on`, `forecast_on`, `actual_on`, `reported_on`\n  \
         attendu par le profil le plus proche, `vigie-milestones` : `label`\n  \
         pour en écrire un : `vigie profiles propose`, puis le mettre dans le dossier que nomme le réglage `profiles`"
    );
}
