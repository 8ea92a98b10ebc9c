"""A figure is right only beside its own name or condition, a binding word only as strong as the clause's."""

from collections.abc import Callable

import pytest

from assistant.review.figures import figures, ranges
from assistant.review.items import Item

Judged = Callable[[str], Item]

SWAPPED = [
    "绿建条例第五十七条规定，超约束值不审计不整改的罚50万至100万元。",
    "绿建条例第五十七条规定，连续两年超过约束值50%以上不改造的，处10万元以上30万元以下罚款。",
    "绿建条例第六条第一款规定，国家机关办公建筑不得低于绿色建筑一星级。",
    "绿建条例第六条第一款规定，新建建筑不得低于绿色建筑二星级。",
    "《中华人民共和国反食品浪费法》第二十八条：餐饮经营者诱导误导超量点餐造成明显浪费、拒不改正的，处五千元以上五万元以下罚款。",
    "《中华人民共和国反食品浪费法》第二十八条：食品生产经营者造成严重浪费、拒不改正的，处一千元以上一万元以下罚款。",
    "固废法第一百一十一条规定，厨余垃圾未交有资质单位处理的，处五万元以上五十万元以下罚款。",
    "固废法第一百一十一条规定，单位随意倾倒、焚烧生活垃圾的，处十万元以上一百万元以下罚款。",
    "固废法第一百一十一条规定，未在指定地点分类投放、情节严重的单位处十万元以上一百万元以下罚款。",
    "GB 18483-2001表2规定，净化设施最低去除效率中型60%、大型75%。",
    "深圳市节约用水条例第十四条规定，年计划用水3万立方米以上的重点单位用户由市水务部门核定。",
    "《“十四五”公共机构节约能源资源工作规划》一（四）提出，到2025年单位建筑面积碳排放下降6%、人均用水量下降5%。",
    "《“十四五”公共机构节约能源资源工作规划》一（四）提出碳排放总量控制在1.89亿吨以内。",
    "《中央国家机关所属事业单位公务用车管理办法（试行）》第九条（二）规定，业务用车、应急公务用车价格25万元以内。",
    "《中央国家机关所属事业单位公务用车管理办法（试行）》第九条（二）规定，大型客车价格不超过25万元。",
    "《上海市大型活动碳中和工作指引》第二条规定，会议现场参加人数5000人及以上的属于大型活动。",
    "《上海市大型活动碳中和工作指引》第二条规定，演出现场400人及以上属于大型活动。",
    "《福建省大型活动和公务会议碳中和实施方案（试行）》三（二）规定，50人及以上不足1000人的会议按国家指南流程做。",
    "近零碳试点方案附件1表5规定，购买CCER和碳普惠减排量不超过30%。",
    "近零碳试点方案附件1表5规定，本体节能率60%以上。",
    "近零碳试点方案附件1表6规定党政机关办公建筑A类22千克二氧化碳每平方米年。",
    "近零碳试点方案附件1表7规定可再生能源占比不低于40%。",
    "近零碳试点方案附件1表8规定汽油折标系数1.4571千克标准煤每千克。",
    "《深圳市生态环境局关于常态化开展近零碳排放区试点项目验收评价工作的通知》三规定，60分及以上为优秀。",
    "节水型单位（机关）建设标准摘录四、五规定，技术54分、管理46分。",
    "《节约型公共机构示范单位评价标准（“十二五”时期）》说明四规定节约用水7分、绿色消费9分。",
    "《广东省建筑节能与绿色建筑发展“十四五”规划》专栏2提出城镇建筑可再生能源替代率45%。",
    "《城乡建设领域碳达峰实施方案》（六）规定2030年地级以上重点城市公共建筑改造后整体能效提升10%以上。",
    "《城乡建设领域碳达峰实施方案》（九）规定2030年新建公共建筑电气化比例65%。",
]
UNDECIDED = [
    "近零碳试点方案附件1 表8规定天然气折标系数2.165。",
    "近零碳试点方案附件1表6规定商业办公建筑B类22千克二氧化碳每平方米年。",
    "《深圳市生态环境局关于常态化开展近零碳排放区试点项目验收评价工作的通知》三规定60分至85分为优秀。",
]
PAIRED = [
    "绿建条例第五十七条规定，连续两年超过约束值50%以上不改造的，处50万元以上100万元以下罚款。",
    "绿建条例第六条第一款规定，大型公共建筑不得低于绿色建筑二星级。",
    "《中华人民共和国反食品浪费法》第二十八条：食品生产经营者造成严重浪费、拒不改正的，处五千元以上五万元以下罚款。",
    "《上海市大型活动碳中和工作指引》第二条规定，会议现场400人及以上、演出现场5000人及以上的属于大型活动。",
    "《中央国家机关所属事业单位公务用车管理办法（试行）》第九条（二）规定，业务用车价格18万元以内、排气量1.8升以下。",
    "节约能源法第五十二条规定年综合能源消费总量五千吨以上不满一万吨标准煤的可被指定为重点用能单位。",
    "近零碳试点方案附件1表5规定，建筑综合节能率60%以上、本体节能率20%以上。",
    "近零碳试点方案附件1表6规定商业办公建筑A类23千克二氧化碳每平方米年。",
    "近零碳试点方案附件1表7规定抵消不超过5%、绿电不超过30%。",
    "《节约型公共机构示范单位评价标准（“十二五”时期）》说明四规定节约用水9分、绿色消费7分。",
    "《广东省建筑节能与绿色建筑发展“十四五”规划》专栏2提出建筑能耗中电力占比超过80%。",
    "《城乡建设领域碳达峰实施方案》（九）规定2030年新建公共建筑电气化比例20%。",
    "《“十四五”公共机构节约能源资源工作规划》一（四）提出人均综合能耗、人均用水量各降低百分之六。",
]


@pytest.mark.parametrize("line", SWAPPED)
def test_a_figure_of_something_else_is_altered(judged: Judged, line: str) -> None:
    item = judged(line)
    assert (item.verdict, {d.kind for d in item.differences} <= {"value"}) == ("altered", True), item.detail


@pytest.mark.parametrize("line", UNDECIDED)
def test_a_pairing_that_cannot_be_told_is_never_right(judged: Judged, line: str) -> None:
    assert judged(line).verdict == "abstain"


@pytest.mark.parametrize("line", PAIRED)
def test_a_figure_beside_its_own_name_is_right(judged: Judged, line: str) -> None:
    item = judged(line)
    assert item.verdict == "right", item.detail


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("近零碳试点方案附件1表5规定可再生能源利用率不超过8%。", "altered"),
        ("近零碳试点方案附件1表5规定绿电不低于30%。", "altered"),
        ("近零碳试点方案附件1表5规定公共建筑碳排放总量较2020年下降不超过40%。", "altered"),
        ("财办库〔2024〕269号二规定新能源汽车占当年公务用车采购总量的比例原则上不超过30%。", "altered"),
        ("财办库〔2024〕269号二规定，机要通信等车辆可以全部采购新能源汽车。", "altered"),
        ("财办库〔2024〕269号二规定，机要通信等车辆必须全部采购新能源汽车。", "altered"),
        ("财办库〔2024〕269号二规定，机要通信等车辆原则上要全部采购新能源汽车。", "right"),
        ("财办库〔2024〕269号二规定，采购车辆租赁服务的，宜优先租用新能源汽车。", "altered"),
        ("财办库〔2024〕269号二规定，采购车辆租赁服务的，可以优先租用新能源汽车。", "altered"),
        ("财办库〔2024〕269号二规定，采购车辆租赁服务的，应当优先租用新能源汽车。", "right"),
    ],
)
def test_an_opposite_bound_or_binding_word_is_altered(judged: Judged, line: str, verdict: str) -> None:
    item = judged(line)
    assert item.verdict == verdict, item.detail
    assert {d.kind for d in item.differences} == ({"modal"} if verdict == "altered" else set())


@pytest.mark.parametrize("written", ["正负一成", "正负10%", "±10%", "±10％"])
def test_a_band_is_the_same_however_written(judged: Judged, written: str) -> None:
    line = f"JS/T 301第4.3条规定，各年能耗波动在{written}以内的，能源基准取三年平均值。"
    assert judged(line).verdict == "right"
    assert judged(line.replace("一成", "两成").replace("10", "20")).verdict == "altered"


@pytest.mark.parametrize(("written", "verdict"), [("一半", "right"), ("五成", "right"), ("三成", "altered")])
def test_a_share_in_words(judged: Judged, written: str, verdict: str) -> None:
    line = "《2030年前碳达峰行动方案》三（四）3提出到2025年新建公共机构建筑、新建厂房屋顶光伏覆盖率力争达到"
    assert judged(f"{line}{written}。").verdict == verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("《机关事务管理条例》第十三条规定了经费预算的公开方式。", "abstain"),
        ("《机关事务管理条例》第七条规定了会议开支的压缩办法。", "abstain"),
        (
            "《机关事务管理条例》第二十四条规定公务用车建立使用登记和统计报告制度，油耗和维修保养费实行单车核算。",
            "wrong_clause",
        ),
        ("《公共机构节能条例》第十六条规定，能耗实行分户、分类、分项计量。", "wrong_clause"),
    ],
)
def test_a_place_not_read_is_wrong_only_where_another_holds_the_claim_in_full(
    judged: Judged, line: str, verdict: str
) -> None:
    assert judged(line).verdict == verdict


def test_figures_of_a_list_keep_their_names() -> None:
    text = "示范单位60家、能效领跑者8家、绿色低碳示范单位10家"
    assert ["领跑" in f.own for f in figures(text)] == [False, True, False]
    lists = figures("净化设施最低去除效率小型60%、中型75%、大型85%")
    assert [sorted(f.own) for f in lists] == [["小型"], ["中型"], ["大型"]]
    assert len({f.head for f in lists}) == 1


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("处五万元以上五十万元以下罚款", (5e4, 5e5)),
        ("50人及以上、不足1000人的会议", (50, 1000)),
        ("五千吨以上不满一万吨标准煤", (5000, 10000)),
    ],
)
def test_the_two_ends_of_a_range_are_one(text: str, ends: tuple[float, float]) -> None:
    ((_, _, both),) = ranges(figures(text), text)
    assert (both.low, both.high) == pytest.approx(ends)
