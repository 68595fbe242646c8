//! What past editions teach, through the front door.

mod forecast;
mod forecast_pages;
mod forecast_real;
mod independent;
mod panel;
mod surfaces;
