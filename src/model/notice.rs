//! The notice as a whole: its frame by GB/T 9704-2012, its body, its annexes.

use crate::model::annex::Annex;
use crate::model::field::Field;
use crate::model::target::{Deadline, Target};
use crate::place::{Located, Place};
use jiff::civil::Date;

/// A notice, typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Notice {
    /// The elements around the body.
    pub frame: Frame,
    /// The body, nested by 一、（一）1.（1）.
    pub body: Vec<Section>,
    /// Figures stated in the body.
    pub targets: Vec<Target>,
    /// Dates stated in the body.
    pub deadlines: Vec<Deadline>,
    /// 附件说明: the annexes as the body announces them.
    pub annex_list: Vec<AnnexListEntry>,
    /// The annexes themselves.
    pub annexes: Vec<Annex>,
}

/// The elements of an official document around its body.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Frame {
    /// 份号.
    pub copy_number: Option<Located<String>>,
    /// 密级和保密期限, as printed.
    pub security_classification: Option<Located<String>>,
    /// 紧急程度.
    pub urgency: Option<Located<String>>,
    /// 发文机关标志: names of the issuing authorities without 文件.
    pub issuing_authorities: Vec<Located<String>>,
    /// 发文字号.
    pub document_number: Field<DocumentNumber>,
    /// 签发人.
    pub signatories_for_issue: Vec<Located<String>>,
    /// 标题, without inner spaces.
    pub title: Option<Located<String>>,
    /// The kind of document its title ends in: 通知, 函 …
    pub document_type: Option<String>,
    /// The year the plan is for, as the title says.
    pub plan_year: Option<u16>,
    /// 主送机关, one entry each.
    pub primary_addressees: Vec<Located<String>>,
    /// 发文机关署名.
    pub signing_authorities: Vec<Located<String>>,
    /// 成文日期.
    pub date_of_writing: Field<Date>,
    /// 附注 on disclosure, without its brackets: 此件主动公开.
    pub disclosure: Option<Located<String>>,
    /// 抄送机关.
    pub copied_to: Vec<Located<String>>,
    /// 印发机关.
    pub printing_authority: Option<Located<String>>,
    /// 印发日期.
    pub printing_date: Field<Date>,
    /// What stands where one of the other elements is due, but is not certain to be it.
    pub unread: Vec<Unread>,
}

/// What stands where an element is due, but is not certain to be it: a title that begins in the middle
/// of a sentence, an authority that is a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Unread {
    /// The element's name in results: `title`, `issuing_authorities`.
    pub element: String,
    /// As printed.
    pub raw: Located<String>,
}

/// 发文字号: 赣建保〔2023〕1号.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentNumber {
    /// Without inner spaces, brackets as printed.
    pub raw: String,
    /// 机关代字: 赣建保.
    pub agency_code: String,
    /// The year in the brackets.
    pub year: u16,
    /// 序号.
    pub serial: u32,
}

/// A part of the body under a number, or running text without one.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The number as printed: 一、 or （一） or 1. ; empty for text without one.
    pub number: String,
    /// 1 to 4 by the number's form; 0 for text without one.
    pub level: u8,
    /// The heading, where the number is followed by one.
    pub heading: Option<String>,
    /// The text below the heading.
    pub text: String,
    /// Where it begins.
    pub place: Place,
    /// What is nested below.
    pub sections: Vec<Section>,
}

/// An annex as the body announces it.
#[derive(Debug, Clone, PartialEq)]
pub struct AnnexListEntry {
    /// Its number; 1 where a single annex bears none.
    pub number: u32,
    /// Its title.
    pub title: Located<String>,
}
