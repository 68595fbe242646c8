//! Whatever the file: no panic, and no row lost.

use std::sync::LazyLock;

use proptest::collection::vec;
use proptest::prelude::*;

use vigie::domain::portfolio::import::ImportedRows;
use vigie::frame::dictionary::built_in;
use vigie::intake::{ReadRequest, Reader};
use vigie::support::visible_text::is_invisible;

const HEADER: [&str; 10] = [
    "project",
    "ministry",
    "phase",
    "start_on",
    "duration_months",
    "cost_meur",
    "inter_ministerial",
    "functional_zone",
    "programme",
    "withheld_reason",
];

/// A row, or one of blanks, or one with something wrong in it.
fn row() -> impl Strategy<Value = Vec<String>> {
    let words = |words: &[&str]| {
        prop::sample::select(words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>())
    };
    let good = (
        "[A-Z]{3,12} [a-zéàç]{2,8}( \n[0-9])?",
        words(&["MI", "mj", "Ministère de la Justice", "MEF"]),
        words(&["build", "scoping", "rollout", ""]),
        words(&["2014-03", "2020-11", ""]),
        words(&["12", "135.5", ""]),
        words(&["0", "50.4", "1e3", ""]),
        words(&["true", "false", ""]),
        words(&["", "Justice; \"pénale\"", "a,b"]),
        words(&["", "P310", "P302 P349"]),
        words(&["", "Appel d’offres"]),
    )
        .prop_map(|(a, b, c, d, e, f, g, h, i, j)| vec![a, b, c, d, e, f, g, h, i, j]);
    let bad = (good.clone(), 0_usize..10, "\\PC{0,12}").prop_map(|(mut row, column, cell)| {
        row.splice(column..=column, [cell]);
        row
    });
    prop_oneof![
        20 => good,
        4 => Just(vec![String::new(); 10]),
        1 => bad,
    ]
}

fn csv(header: &[&str], rows: &[Vec<String>], separator: u8) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().delimiter(separator).from_writer(Vec::new());
    writer.write_record(header).unwrap();
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

static READER: LazyLock<Reader> = LazyLock::new(|| Reader::shipped(built_in()).unwrap());

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn kept_and_set_aside_rows_are_all_the_rows(
        rows in vec(row(), 0..40),
        separator in prop::sample::select(b",;\t|".to_vec()),
    ) {
        let bytes = csv(&HEADER, &rows, separator);
        let request = ReadRequest { file: "2020-11.csv", bytes: &bytes, profile: None, sheet: None, edition: None };
        match READER.read(&request, &[]) {
            Ok(imports) => {
                let import = &imports[0];
                let ImportedRows::Panorama(kept) = &import.rows else { panic!("{import:?}") };
                let aside = import.set_aside.iter().flat_map(|aside| aside.rows.iter().copied());
                let mut numbers: Vec<u32> = kept.iter().map(|row| row.row).chain(aside).collect();
                numbers.sort_unstable();
                let all: Vec<u32> = (2..).take(rows.len()).collect();
                prop_assert_eq!(numbers, all);
                for row in kept {
                    let given = &rows[usize::try_from(row.row).unwrap() - 2][0];
                    // Characters that show nothing are left out of names.
                    let shown = |text: &str| -> String {
                        text.chars().filter(|letter| !is_invisible(*letter)).collect()
                    };
                    let name = given.trim().replace('\n', " ");
                    prop_assert_eq!(shown(&row.name).trim().to_owned(), shown(&name).trim().to_owned());
                }
            }
            Err(refusal) => prop_assert!(refusal.to_string().contains("2020-11.csv")),
        }
    }

    #[test]
    fn bytes_of_any_kind_are_read_or_refused(bytes in vec(any::<u8>(), 0..400), start in 0_usize..5) {
        let starts: [&[u8]; 5] = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\xef\xbb\xbf", b"\xff\xfe"];
        let bytes = [starts[start], &bytes].concat();
        let request = ReadRequest { file: "2020-11.x", bytes: &bytes, profile: None, sheet: None, edition: None };
        prop_assert!(READER.read(&request, &[]).is_err());
    }

    #[test]
    fn texts_under_any_known_header_are_read_or_refused(
        text in "(\\PC|[,;\n\r\"]){0,200}",
        profile in 0_usize..15,
    ) {
        let id = READER.profiles().iter().nth(profile).unwrap().id.clone();
        let header = "project,ministry,reported_on,label,kind,baseline_on,since,watch,email,role";
        let bytes = format!("{header}\n{text}");
        for asked in [None, Some(id.as_str())] {
            let request = ReadRequest { file: "2020-11.csv", bytes: bytes.as_bytes(), profile: asked, sheet: None, edition: None };
            let outcome = READER.read(&request, &[]);
            prop_assert!(outcome.is_err() || outcome.is_ok_and(|imports| imports[0].rows.len() < 200));
        }
    }

    #[test]
    fn damage_to_a_spreadsheet_is_a_refusal(position in 0.0_f64..1.0, byte in any::<u8>()) {
        let mut bytes = super::readers::zip(&[
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
            ("META-INF/manifest.xml", "<manifest/>"),
            ("content.xml", "<office:document-content><office:body><office:spreadsheet><table:table \
              table:name=\"F\"><table:table-row table:number-rows-repeated=\"3\"><table:table-cell \
              table:number-columns-repeated=\"2\" office:value-type=\"string\"><text:p>a</text:p>\
              </table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>\
              </office:document-content>"),
        ]);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, clippy::as_conversions, reason = "a place in the file")]
        let place = (position * bytes.len() as f64) as usize;
        bytes[place] = byte;
        let request = ReadRequest { file: "2020-11.ods", bytes: &bytes, profile: None, sheet: None, edition: None };
        prop_assert!(READER.read(&request, &[]).is_err());
    }
}
