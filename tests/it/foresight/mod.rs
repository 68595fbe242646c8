//! What past editions teach, through the front door.

mod alert_load;
mod attention;
mod forecast;
mod forecast_pages;
mod forecast_real;
mod independent;
mod near_misses;
mod order;
mod panel;
mod surfaces;
mod sweep;
