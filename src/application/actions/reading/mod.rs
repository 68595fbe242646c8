//! What files are read with: profiles of layouts and names of ministries and projects, as they are shipped, as the server has
//! them, and as people save them.

pub(in crate::application) mod open;
pub(in crate::application) mod profiles;
pub(in crate::application) mod recorded_names;
