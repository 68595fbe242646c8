//! Workbooks as people send them: each kind is read or refused as it should be, and a profile is proposed for each.

use crate::intake::as_sent::{HEADERS, Sheet, panorama, row, xlsx};
use crate::support::TestApp;

fn with<'a>(
    mut rows: Vec<Vec<&'a str>>,
    change: impl FnOnce(&mut Vec<Vec<&'a str>>),
) -> Vec<Vec<&'a str>> {
    change(&mut rows);
    rows
}

#[test]
fn every_kind_of_workbook_is_read_as_it_is_sent() {
    let month = |project, cost| {
        let mut cells = row(project, cost);
        cells[4] = "05/2018";
        cells
    };
    let plain = panorama(&[month("MIMOSA", "24.5"), month("GENÊT", "8")]);
    let unit = with(plain.clone(), |rows| rows[0][7] = "Coût complet estimé (M€)");
    let extra = with(plain.clone(), |rows| {
        rows[0].push("Commentaire DINUM");
        rows[1].push("RAS");
        rows[2].push("RAS");
    });
    let named = with(plain.clone(), |rows| rows[1][0] = "MIMOSA (lots 1 & 2)");
    let dated = with(plain.clone(), |rows| {
        rows[1][4] = "@43221";
        rows[2][4] = "@42278";
    });
    let titled = with(plain.clone(), |rows| {
        rows.insert(0, vec!["Panorama des grands projets"]);
        rows.insert(1, vec![]);
    });
    let total =
        with(plain.clone(), |rows| rows.push(vec!["TOTAL", "", "", "", "", "", "", "32,5"]));
    let kinds = [
        ("cost-header", vec![Sheet::new("Panorama", unit)]),
        ("extra-col", vec![Sheet::new("Panorama", extra)]),
        ("names", vec![Sheet::new("Panorama", named)]),
        (
            "notice-sheet",
            vec![Sheet::new("Lisez-moi", vec![vec!["Notice"]]), Sheet::new("Panorama", plain)],
        ),
        ("real-dates", vec![Sheet::new("Panorama", dated)]),
        ("title-rows", vec![Sheet::new("Panorama", titled)]),
        ("total", vec![Sheet::new("Panorama", total)]),
    ];
    for (kind, sheets) in kinds {
        let app = TestApp::new();
        let file = format!("2021-06.{kind}.xlsx");
        std::fs::write(app.path(&file), xlsx(&sheets)).unwrap();
        let report = app.json(&["import", &file]);
        assert_eq!(report["files"][0]["rows_kept"], 2, "{kind}: {report}");
        // What no profile had known would be proposed so, and reads the same rows.
        app.ok(&["profiles", "propose", &file, "--out", "p.toml"]);
        let text = std::fs::read_to_string(app.path("p.toml")).unwrap();
        for header in HEADERS.iter().filter(|header| !header.starts_with("Coût")) {
            assert!(
                text.contains(&format!("headers = [\"{header}\"]")),
                "{kind}: {header}\n{text}"
            );
        }
        let text = text.replace("# date_format = ", "date_format = ");
        std::fs::write(app.path("p.toml"), text).unwrap();
        let tried = app.json(&["profiles", "try", "p.toml", &file]);
        assert_eq!(
            (&tried["rows_read"], &tried["fault_count"]),
            (&2.into(), &0.into()),
            "{kind}: {tried}"
        );
    }
}
