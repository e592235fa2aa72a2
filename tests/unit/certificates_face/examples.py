"""Facts that the tests print."""

from datetime import date

from lms.certificates.face.facts import CertificateFacts, Entry

FACTS = CertificateFacts(
    name="欧阳𬭎",
    name_latin="Ouyang Hong",
    organisation="云岫生活客服学院",
    organisation_latin="Yunxiu Living Service Academy",
    programme="电商售前客服岗前培养",
    programme_en="E-commerce Pre-sales Customer Service Induction",
    post="售前客服",
    post_en="Pre-sales Service Agent",
    scope=(
        Entry("适用平台", "Platforms", "天猫、京东"),
        Entry("品牌", "Brand", "云岫"),
        Entry("规则版本", "Rules as of", "2026年7月17日"),
    ),
    results=(
        Entry("模块测验", "Module quizzes", "94"),
        Entry("阶段测试", "Stage tests", "91"),
        Entry("服务质量", "Service quality", "88"),
        Entry("转正答辩", "Final defense", "90"),
    ),
    issued_on=date(2026, 11, 22),
    valid_until=date(2028, 11, 21),
    serial="YX-2026-000137",
    verification_code="K7QM3XVA9TRC2HWE8",
    verify_url="HTTPS://CERT.YUNXIU.EXAMPLE/V/K7QM3XVA9TRC2HWE8",
    signer_name="何清源",
    signer_title="客服中心总监",
    signer_title_en="Director of Customer Service",
)

LONGEST = CertificateFacts(
    name="阿卜杜热合曼江·买买提吐尔逊尼亚孜·阿卜力克木·玉素甫艾力热依木江阿不都",
    name_latin="Abdurehmanjan Memettursunniyaz Ablikim Yusup Elirehim",
    organisation="云岫（杭州）电子商务客户服务外包有限责任公司华东第二运营中心",
    organisation_latin="Yunxiu (Hangzhou) E-commerce Customer Service Outsourcing Co., Ltd.",
    programme="跨境电商平台售前售后一体化客户服务岗位任职资格培养项目（2026年秋季）",
    programme_en="Cross-border E-commerce Pre-sales and After-sales Service Qualification Programme",
    post="高级售前售后一体化客服专员",
    post_en="Senior Pre-sales and After-sales Service Specialist",
    scope=(
        Entry("适用平台", "Platforms", "天猫、京东、拼多多、抖音"),
        Entry("品牌", "Brand", "云岫生活 Yunxiu Living"),
        Entry("店铺", "Shops", "官方旗舰店、专营店"),
        Entry("规则版本", "Rules as of", "2026年7月17日"),
    ),
    results=FACTS.results,
    issued_on=date(2026, 11, 22),
    serial="YX-HD2-PRESALES-2026-000137",
    verification_code="K7QM3XVA9TRC2HWE8",
    verify_url="HTTPS://CERTIFICATES.YUNXIU-LIVING.EXAMPLE.COM/V/K7QM3XVA9TRC2HWE8",
    signer_name="欧阳何清源",
    signer_title="客户服务中心运营总监兼培训负责人",
    signer_title_en="Director of Customer Service Operations and Training",
)
