//! The results of cases as `JUnit` XML, the format that continuous integration tools display.

use super::cases::CaseOutcome;

/// One suite for each file of cases, in order.
pub fn junit(outcomes: &[CaseOutcome]) -> String {
    let failures = outcomes.iter().filter(|outcome| !outcome.passed()).count();
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"vigie rules test\" tests=\"{}\" failures=\"{failures}\">\n",
        outcomes.len()
    );
    for suite in outcomes.chunk_by(|one, next| one.file == next.file) {
        let file = suite.first().map_or("", |outcome| outcome.file.as_str());
        let failed = suite.iter().filter(|outcome| !outcome.passed()).count();
        let head = format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\">\n",
            escaped(file),
            suite.len()
        );
        xml.push_str(&head);
        for outcome in suite {
            case(outcome, &mut xml);
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

fn case(outcome: &CaseOutcome, xml: &mut String) {
    let rule = outcome.rule.as_ref().map_or("", |rule| rule.as_str());
    let head = format!("    <testcase classname=\"{rule}\" name=\"{}\"", escaped(&outcome.name));
    xml.push_str(&head);
    match &outcome.difference {
        None => xml.push_str("/>\n"),
        Some(difference) => {
            let message = escaped(difference);
            xml.push_str(">\n      <failure message=\"");
            xml.push_str(&message);
            xml.push_str("\"/>\n    </testcase>\n");
        }
    }
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            // No other control character has a place in XML 1.0.
            letter if letter.is_control() && letter != '\t' => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::RuleId;

    #[test]
    fn each_file_is_a_suite_and_a_difference_a_failure() {
        let outcome = |name: &str, difference: Option<&str>| CaseOutcome {
            rule: Some(RuleId::new("D1")),
            file: "cases/D1.toml".to_owned(),
            name: name.to_owned(),
            difference: difference.map(str::to_owned),
        };
        let outcomes =
            [outcome("Sans « coût »", None), outcome("A < B", Some("expected \"high\""))];
        assert_eq!(
            junit(&outcomes),
            r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="vigie rules test" tests="2" failures="1">
  <testsuite name="cases/D1.toml" tests="2" failures="1">
    <testcase classname="D1" name="Sans « coût »"/>
    <testcase classname="D1" name="A &lt; B">
      <failure message="expected &quot;high&quot;"/>
    </testcase>
  </testsuite>
</testsuites>
"#
        );
    }
}
