//! Databases of servers: copied from and to files, shared by several services, and what happens when their server is not there.

mod addresses;
mod copies;
mod instances;
mod server_faults;
