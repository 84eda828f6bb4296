//! Characters of the old script in, those of the notice's own out. Where ink ran together, recognition takes 数 for 數 and
//! 门 for 門; a notice that is otherwise in simplified characters has none of these.

use crate::carrier::ocr::doubts;
use crate::carrier::ocr::read::ReadLine;
use std::collections::BTreeMap;

/// Pairs: a character of the old script that is not in GB 2312, and its simplified form, where that stands in names of
/// divisions or in the lexicon. Made by `tools/old_script.py` from the transform Hant-Hans of Unicode CLDR
/// (Unicode License v3).
const PAIRS: &str = "亞亚佈布佔占來来侖仑侷局係系倉仓個个們们倫伦偉伟備备傢家僕仆價价儀仪億亿兒儿兗兖內内兩两冊册凈净凱凯別别則则剋克剛刚創创\
     劃划劍剑動动務务勝胜勸劝勻匀匯汇區区協协叢丛吳吴呂吕員员啓启啟启單单噸吨噹当嚮向國国圍围園园圖图團团堯尧報报場场塊块塗涂\
     墊垫墾垦壇坛壘垒壜坛壩坝壯壮壺壶壽寿夢梦夾夹婁娄孫孙學学宮宫實实寧宁審审寫写寬宽寶宝尅克將将尋寻對对導导層层屬属岡冈島岛\
     峽峡崍崃崑昆崗岗崙仑嵐岚嶗崂嶧峄嶺岭嶼屿巒峦巖岩師师帶带幣币幹干庫库廂厢廈厦廠厂廣广廬庐廳厅廻回張张強强彆别彌弥彙汇彞彝\
     彥彦彿佛從从復复恆恒悳德愛爱慄栗慇殷態态慶庆慼戚憑凭懃勤應应懞蒙懷怀戶户揚扬揮挥搆构撫抚擴扩敘叙數数昇升時时晉晋暉晖暫暂\
     曆历曏向會会東东條条棗枣棟栋棲栖楊杨業业極极榖谷榮荣構构樂乐樅枞樑梁樓楼標标樹树樺桦橋桥機机橫横檢检檯台欄栏權权欒栾欵款\
     欽钦歷历歸归決决沖冲涇泾涼凉淥渌淨净淶涞減减渦涡渾浑湞浈湯汤準准溝沟溫温滄沧滎荥滿满漢汉漣涟漵溆潁颍潛潜潤润潯浔澗涧澠渑\
     澤泽澱淀濟济濬浚濰潍濱滨瀋沈瀏浏瀘泸瀰弥瀾澜灘滩灣湾灤滦為为烏乌無无煙烟煩烦燈灯營营燿耀爐炉爲为爾尔牀床牽牵狀状猶犹獅狮\
     獨独獲获獻献現现琿珲瑤瑶瑪玛瑯琅環环瓊琼甌瓯甕瓮產产産产畝亩畢毕當当疇畴疊叠發发盞盏監监盤盘盧卢眞真硏研硯砚碩硕碭砀確确\
     碼码礦矿祿禄禪禅禮礼稜棱稱称穀谷積积穫获窪洼窮穷窯窑競竞筆笔箇个節节範范簡简簽签籌筹籐藤籤签糰团紀纪約约紅红納纳級级紮扎\
     細细紹绍組组結结統统絳绛綏绥經经綜综綠绿維维綵彩綿绵緑绿編编縉缙縣县總总績绩織织繫系續续纍累罈坛罎坛羅罗羣群義义習习聖圣\
     聞闻聯联聶聂肅肃脫脱膠胶臘腊臥卧臨临臺台興兴舊旧荊荆莊庄菓果華华萊莱萬万葉叶蒼苍蓋盖蓮莲蔭荫蔴麻蕪芜蕭萧薊蓟薌芗薑姜薩萨\
     藍蓝藴蕴藺蔺蘄蕲蘆芦蘇苏蘊蕴蘭兰蘿萝處处號号虧亏術术衚胡衛卫衝冲裏里補补裡里製制複复覈核見见規规覺觉覽览觀观計计託托訥讷\
     設设許许註注証证詔诏評评詞词話话詳详誌志說说説说誼谊調调請请諸诸諾诺謀谋謙谦謝谢謨谟證证譙谯譜谱議议讓让讚赞豐丰貝贝貞贞\
     負负財财貢贡責责貴贵費费貼贴賀贺賃赁資资賈贾賓宾賚赉賢贤賬账賽赛贊赞贛赣趙赵跼局車车軍军載载輛辆輝辉輪轮輿舆轄辖轉转轝舆\
     辦办農农迴回連连週周進进遊游運运過过達达遙遥遜逊遠远適适遷迁遼辽邁迈邊边郟郏郵邮鄆郓鄉乡鄒邹鄖郧鄧邓鄭郑鄰邻鄲郸鄴邺釋释\
     鉛铅銀银銅铜鋒锋鋼钢錢钱錦锦錫锡錯错錶表鍵键鍾钟鎣蓥鎮镇鏡镜鐘钟鐵铁鑲镶長长門门開开間间閔闵閘闸関关閣阁閩闽閬阆閶阊閻阎\
     闆板闘斗關关陘陉陝陕陞升陰阴陳陈陸陆陽阳隊队隨随隴陇隸隶隻只雙双雜杂雞鸡離离雲云電电霑沾靈灵靜静鞏巩韓韩響响頁页頂顶頃顷\
     項项順顺頗颇領领頭头題题額额類类風风颱台餘余館馆饒饶馬马駐驻騰腾驊骅驗验驛驿體体髮发鬆松鬍胡鬥斗鬭斗鬱郁魚鱼魯鲁鮁鲅鮮鲜\
     鯉鲤鳩鸠鳳凤鳴鸣鴛鸳鴨鸭鵝鹅鶴鹤鷄鸡鷹鹰鹹咸鹼碱鹽盐麗丽麥麦麯曲麵面黃黄點点黨党齊齐齣出龍龙龐庞";

/// Reads what a page says in simplified characters, where most of it is in these; what was read stays beside it.
pub(super) fn settle(read: &mut [ReadLine<'_>]) {
    /// So many simplified characters to an old one say that the page is in these.
    const TO_ONE: usize = 4;
    let chars: Vec<char> = PAIRS.chars().collect();
    let simple: BTreeMap<char, char> =
        chars.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    let all = || read.iter().flat_map(|r| &r.reading.read.chars).map(|c| c.ch);
    let old = all().filter(|c| simple.contains_key(c)).count();
    let new = all().filter(|c| simple.values().any(|simple| simple == c)).count();
    if old == 0 || new < TO_ONE * old {
        return;
    }
    for r in read.iter_mut().filter(|r| !r.told) {
        let before = r.reading.read.text().trim().to_owned();
        for c in &mut r.reading.read.chars {
            c.ch = simple.get(&c.ch).copied().unwrap_or(c.ch);
        }
        let after = r.reading.read.text();
        if after.trim() != before {
            r.sight.readings.retain(|offer| offer.text != after.trim());
            r.sight.offer(before, doubts::thousandths(r.reading.read.weakest()));
        }
    }
}
