//! Names of ministries and projects that people record, so that files which have them are read.

mod api;
mod command_line;
mod pages;

const NOW: &str = "2020-12-01T09:00:00Z";

const HEADER: &str = "project,ministry,phase,start_on,duration_months,cost_meur,inter_ministerial,functional_zone,programme,withheld_reason";

/// An edition with two ministries that nothing knows, one of them twice.
fn lunar_edition() -> Vec<u8> {
    format!(
        "{HEADER}\n\
         TILLEUL,MJ,build,2018-03,60,24.5,false,Justice,P310,\n\
         ÉPICÉA,Ministère de la Navigation lunaire,trial,2017-06,72,31.2,false,Espace,P176,\n\
         MÉLÈZE,Ministère de l’Interieure,trial,2017-06,60,12.2,false,Sécurité,P176,\n\
         CÈDRE,MINISTERE DE LA NAVIGATION LUNAIRE,build,2018-06,48,8.1,false,Espace,P176,\n"
    )
    .into_bytes()
}
