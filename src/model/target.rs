//! What the body of a notice states: figures to reach and dates to keep.

use crate::model::amount::Amount;
use crate::place::Place;
use jiff::civil::Date;

/// A figure stated in the body.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// What is to be reached, as printed: 保障性租赁住房筹集（开工）目标任务.
    pub what: String,
    /// The programme: 保障性租赁住房.
    pub programme: Option<String>,
    /// The stage: 开工, 基本建成, 完工, 发放.
    pub stage: Option<String>,
    /// The region it is for, where the text names one: 南宁市274户.
    pub region: Option<String>,
    /// The figures with their units.
    pub quantities: Vec<Quantity>,
    /// Index in `targets` of the target this is a part of (其中).
    pub part_of: Option<usize>,
    /// Where it stands.
    pub place: Place,
}

/// A figure with its unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// As printed: 14.29万.
    pub raw: String,
    /// The figure as printed, the multiplier applied: 142900.
    pub value: Amount,
    /// Its unit without the multiplier of a spelled form: 户, 万平方米.
    pub unit: String,
    /// What is counted, where a noun follows the unit: 小区 of 1062个小区.
    pub counted: Option<String>,
    /// Half a unit of its last printed digit, the multiplier applied: 14.29万 may be 50 off.
    pub half_unit: rust_decimal::Decimal,
    /// Where it stands.
    pub place: Place,
}

/// A date stated in the body.
#[derive(Debug, Clone, PartialEq)]
pub struct Deadline {
    /// The last day: 2023年8月底前 is 2023-08-31.
    pub by: Date,
    /// As printed.
    pub raw: String,
    /// What is due.
    pub due: String,
    /// For which projects, where the text says so.
    pub applies_to: Option<String>,
    /// Must or should.
    pub force: Force,
    /// Where it stands.
    pub place: Place,
}

/// How binding a deadline is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// 必须, 要, 全部.
    Required,
    /// 力争, 争取.
    Encouraged,
}
