//! Charts as SVG: where each point, line and label is. One picture serves pages, which draw it with classes so that the theme
//! gives the colours, and documents, which print it in black. Each chart has its figures as a table too.

mod curve;
mod drawing;
mod interval;
mod line;
mod picture;
mod scale;
mod spark;

pub use curve::{CurveChart, CurveFigure, CurveValue, curve_chart, top_of};
pub use interval::{Interval, IntervalChart, interval_chart};
pub use line::{ChartBand, ChartSeries, LineChart, fan_chart, line_chart};
pub use picture::{ChartPicture, picture};
pub use spark::{Sparkline, sparkline};
