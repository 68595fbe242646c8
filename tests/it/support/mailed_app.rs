//! A test application whose mails arrive at a real SMTP server.

use super::servers::mail::{Demands, Mail, SmtpServer};
use super::{TestApp, fixtures};

pub(crate) const AS_OF: &str = "2020-11-30";

/// An application whose mails go to a server, at any hour.
pub(crate) struct MailedApp {
    pub(crate) app: TestApp,
    pub(crate) server: SmtpServer,
}

impl MailedApp {
    pub(crate) fn open(demands: &Demands) -> Option<Self> {
        let server = SmtpServer::start(demands)?;
        let app = TestApp::with_fixtures();
        let tls = if demands.tls {
            format!("tls = \"starttls\"\nca_file = \"{}\"", server.authority().display())
        } else {
            "tls = \"none\"".to_owned()
        };
        let user = demands.password.map_or(String::new(), |password| {
            format!("username = \"vigie\"\npassword = \"{password}\"")
        });
        // Open at all hours, since these tests run at any.
        let settings = format!(
            "public_url = \"https://vigie.example\"\n\
             [mail]\nhost = \"localhost\"\nport = {}\nfrom = \"Vigie <vigie@dinum.example>\"\n\
             dinum = \"risques@dinum.example\"\ncontact = \"risques@dinum.example\"\n{tls}\n{user}\n\
             [calendar]\nopens = \"00:00:00\"\ncloses = \"23:59:60\"\n\
             night_from = \"00:00:00\"\nnight_until = \"00:00:00\"\nworking_days_only = false\n",
            server.port
        );
        std::fs::write(app.path("vigie.toml"), settings).unwrap();
        Some(Self { app, server })
    }

    pub(crate) fn cycle(&self, options: &[&str]) -> String {
        let arguments: Vec<&str> =
            ["cycle", "--as-of", AS_OF].iter().chain(options).copied().collect();
        self.app.ok(&arguments)
    }

    /// From a high drift to a critical one.
    pub(crate) fn correct_the_cost_of_cyclades(&self) {
        let text = std::fs::read_to_string(fixtures().join("2020-11.panorama.csv")).unwrap();
        let corrected = text.replacen(
            "CYCLADES,Ministère de l’Education nationale,rollout,2012-09,108,45.4",
            "CYCLADES,Ministère de l’Education nationale,rollout,2012-09,108,46.2",
            1,
        );
        assert_ne!(text, corrected);
        let file = self.app.path("2020-11.panorama.csv");
        std::fs::write(&file, corrected).unwrap();
        self.app.ok(&["import", file.to_str().unwrap()]);
    }

    /// What arrives when what is due is sent.
    pub(crate) fn deliver(&self) -> Vec<Mail> {
        let before = self.server.mails().len();
        self.app.ok(&["notices", "deliver"]);
        self.server.mails().into_iter().skip(before).collect()
    }
}
