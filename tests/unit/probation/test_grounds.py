"""Words that point to grounds no decision may rest on, and words of the trade that must not be hit."""

import pytest

from lms.probation.domain.grounds import Ground, Hit, find_grounds


@pytest.mark.parametrize(
    ("text", "ground", "word"),
    [
        ("年龄偏大，学得慢", Ground.AGE, "年龄"),
        ("已经 35 岁了，跟不上", Ground.AGE, "35岁"),
        ("快四十多岁", Ground.AGE, "四十多岁"),
        ("00后太娇气", Ground.AGE, "00后"),
        ("女员工不适合夜班", Ground.SEX, "女员工"),
        ("刚结婚，心思不在工作上", Ground.MARRIAGE, "结婚"),
        ("怀 孕后经常请假", Ground.PREGNANCY, "怀孕"),
        ("要休产假", Ground.PREGNANCY, "产假"),
        ("病假太多", Ground.ILLNESS, "病假"),
        ("身体不好", Ground.ILLNESS, "身体不好"),
        ("参加了工会，影响团队", Ground.UNION, "参加了工会"),
        ("河南人，沟通有问题", Ground.REGION, "河南人"),
        ("东北口音重", Ground.REGION, "东北口音"),
        ("户口不在本地", Ground.REGION, "户口"),
        ("因宗教习惯不便排班", Ground.BELIEF, "宗教"),
        ("本月排名最后", Ground.RANKING, "排名最后"),
        ("末位淘汰", Ground.RANKING, "末位"),
        ("不合群", Ground.TEMPERAMENT, "不合群"),
        ("ＭＢＴＩ 不符", Ground.TEMPERAMENT, "MBTI"),
        ("She is pregnant", Ground.PREGNANCY, "pregnant"),
        ("because of her age", Ground.AGE, "her age"),
        ("Too many sick days", Ground.ILLNESS, "sick"),
    ],
)  # fmt: skip
def test_found(text, ground, word):
    assert Hit(ground, word) in find_grounds(text)


@pytest.mark.parametrize(
    "text",
    [
        "11 月 20 日质检单 3 号：对买家使用辱骂语言，经复核属实",
        "流程模块测验三次未达 80 分，最高 72 分",
        "男装尺码推荐连续答错",
        "没有说明适用年龄，推荐给 3 岁以下儿童",
        "不会按年龄段推荐商品",
        "向买家承诺可治疗疾病、防癌，违反广告法",
        "承诺 22:00后回复，第二天才回",
        "民族品牌的介绍说错",
        "已通知工会",
        "广东人民政府公告",
        "所有人都按时提交，本人三次迟交",
        "acted in bad faith towards a buyer",
        "gave a discount above the limit",
        "maintained the wrong template",
    ],
)
def test_words_of_the_trade_are_left_alone(text):
    assert find_grounds(text) == []


def test_each_word_once_in_the_order_of_grounds():
    assert find_grounds("已婚，年龄大，已婚") == [
        Hit(Ground.AGE, "年龄"),
        Hit(Ground.MARRIAGE, "已婚"),
    ]


def test_ranking_and_temperament_are_weak_the_rest_forbidden():
    assert {g for g in Ground if not g.is_forbidden} == {Ground.RANKING, Ground.TEMPERAMENT}
