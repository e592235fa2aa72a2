"""Importing files end to end on both databases: upload, plan with likenesses, preview, confirmation.

``python -m benchmarks.imports [--backend sqlite|postgresql [--kind gift|xlsx] [--n 10000]]`` prints JSON lines. Calls
go straight into the WSGI application, as in ``benchmarks.exam``: the file is sent, read, planned against the bank and
kept (a sheet after its columns were looked at); the first page of the preview is rendered; the confirmation writes
everything in one transaction. Wall and CPU time of this process; on PostgreSQL the database's own CPU comes on top.
"""

import argparse
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import func, select

from benchmarks.exam import RAW_TOKEN, make_app
from benchmarks.measure import Caller, show
from lms.db import db
from lms.people.domain.roles import RoleName
from lms.people.models import Person
from lms.questions.domain.exchange.gift import parse_gift
from lms.questions.domain.exchange.values import Outgoing
from lms.questions.domain.exchange.xlsx import write_xlsx
from lms.questions.domain.items import CreditRule, MultipleResponse
from lms.questions.models import Item
from tests.factories.people import make_person
from tests.factories.questions import make_bank
from tests.postgres import start_postgres

WORDS = tuple(
    """
    买家 订单 退款 发票 物流 客服 地址 优惠券 平台 规则 违规 处理 时间 商品 质量 投诉 评价 售后 签收 仓库 赔付 换货 运费 快递
    库存 尺码 颜色 预售 定金 尾款 保价 仅退款 举证 聊天 记录 截图 承诺 标错价 盗图 差评 催付 改价 备注 包装 破损 少件 错发
    """.split()  # noqa: SIM905 - a list of words is read as words
)
BOUNDARY = "bench-boundary"
SIZES = {"gift": 10_000, "xlsx": 5000}
"""Kinds of files, and how many questions each holds."""


def gift(n: int) -> bytes:
    """Return ``n`` questions with feedback, weights, tags and identities; always the same."""
    rng = random.Random(7)

    def words(number: int) -> str:
        return "".join(rng.choice(WORDS) for _ in range(number))

    pieces = ["$CATEGORY: 客服/售后"]
    for number in range(1, n + 1):
        head = f"// [id:bench-{number}] [tag:{rng.choice(WORDS)}]\n::题 {number}:: {words(12)}，怎么处理？"
        if number % 5 == 0:
            pieces.append(f"{head} {{T#{words(4)}#{words(4)}}}")
        elif number % 5 == 1:
            pieces.append(
                f"{head} {{~%50%{words(5)}甲 ~%50%{words(5)}乙 ~%-50%{words(5)}丙 ~{words(5)}丁}}"
            )
        else:
            pieces.append(
                f"{head} {{={words(5)}甲#{words(4)} ~{words(5)}乙#{words(4)} ~{words(5)}丙 ~{words(5)}丁}}"
            )
    return "\n\n".join(pieces).encode()


def sheet(n: int) -> bytes:
    """Return the same questions as rows of a sheet, without the shares that a sheet cannot say."""
    candidates = []
    for one in parse_gift(gift(n), "bench.gift").candidates:
        item = one.item
        if isinstance(item, MultipleResponse):
            item = replace(
                item,
                credit=CreditRule.EXACT,
                options=tuple(replace(each, weight=None) for each in item.options),
            )
        candidates.append(replace(one, item=item))
    return write_xlsx(Outgoing("题库", tuple(candidates)))[0]


def run(backend: str, kind: str, n: int) -> None:
    """Measure one kind of file on one backend."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = (
            stack.enter_context(start_postgres(folder / "pg"))
            if backend == "postgresql"
            else f"sqlite:///{folder / 'lms.sqlite3'}"
        )
        app = make_app(folder, url)
        with app.app_context():
            make_bank(0, key="bench")
            person_id = make_person(RoleName.TRAINER).id
        caller = sign_in(app, person_id)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        data = gift(n) if kind == "gift" else sheet(n)
        times = _import(caller, data, f"bench.{kind}")
        with app.app_context():
            written = db.session.scalar(select(func.count()).select_from(Item))
            db.engine.dispose()
        assert written == n, written
        wall = sum(wall for wall, _ in times.values())
        cpu = sum(cpu for _, cpu in times.values())
        show(
            {
                "bench": f"import_{kind}",
                "backend": backend,
                "n": n,
                "per_s": round(n / wall, 1),
                "wall_s": round(wall, 2),
                "cpu_s": round(cpu, 2),
                "cpu_ms_per_op": round(cpu / n * 1000, 3),
                **{f"{name}_cpu_s": round(cpu, 2) for name, (_, cpu) in times.items()},
                "rss_before_mb": round(before, 1),
                "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
                "file_mb": round(len(data) / 1024 / 1024, 2),
            }
        )


def sign_in(app: Flask, person_id: int) -> Caller:
    """Return a caller who is signed in."""
    with app.app_context():
        key = db.session.get_one(Person, person_id).fs_uniquifier
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    session = serializer.dumps({"_user_id": key, "_fresh": False, "csrf_token": RAW_TOKEN})
    tokens = URLSafeTimedSerializer(str(app.secret_key), salt="wtf-csrf-token")
    return Caller(app, f"session={session}", tokens.dumps(RAW_TOKEN))


def _import(caller: Caller, data: bytes, name: str) -> dict[str, tuple[float, float]]:
    """Upload, look and confirm; return wall and CPU seconds of each step."""
    fields = {"csrf_token": caller.token, "format": "", "purpose": "quiz", "text": ""}
    body = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    head = f'Content-Disposition: form-data; name="file"; filename="{name}"'
    kind = "Content-Type: application/octet-stream"
    body += f"--{BOUNDARY}\r\n{head}\r\n{kind}\r\n\r\n".encode() + data
    body += f"\r\n--{BOUNDARY}--\r\n".encode()
    times: dict[str, tuple[float, float]] = {}

    def step(
        name: str, path: str, body: bytes = b"", kind: str = "application/x-www-form-urlencoded"
    ) -> tuple[str, str]:
        begun, cpu = time.perf_counter(), time.process_time()
        status, headers, answer = caller.call("POST" if body else "GET", path, body, kind)
        times[name] = (time.perf_counter() - begun, time.process_time() - cpu)
        assert status == (303 if body else 200), (name, status, answer[-2000:])
        return headers.get("Location", ""), answer.decode()

    form = f"multipart/form-data; boundary={BOUNDARY}"
    following, _ = step("upload", "/banks/bench/import", body, form)
    if following.endswith("/columns"):
        _, page = step("columns", following)
        following, _ = step("plan", following, _as_offered(page, caller.token))
    step("preview", following)
    sent = urlencode({"csrf_token": caller.token, "act": "confirm", "state": "in_review"}).encode()
    step("confirm", following, sent)
    return times


def _as_offered(page: str, token: str) -> bytes:
    """Return the form that takes every sheet and column for what the page takes it for."""
    sent = dict.fromkeys(re.findall(r'name="(sheet-\d+)"', page), "1")
    for name, options in re.findall(
        r'<select[^>]*name="(column-[\d-]+)"[^>]*>(.*?)</select>', page, re.DOTALL
    ):
        chosen = re.search(r'value="(\w+)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return urlencode({"csrf_token": token, **sent}).encode()


def main() -> None:
    """Run one backend here, or each in a process of its own (so that peak memory is its own)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", choices=("sqlite", "postgresql"))
    parser.add_argument("--kind", choices=tuple(SIZES), default="gift")
    parser.add_argument("--n", type=int)
    asked = parser.parse_args()
    if asked.backend:
        run(asked.backend, asked.kind, asked.n or SIZES[asked.kind])
        return
    for kind in SIZES:
        for backend in ("sqlite", "postgresql"):
            command = [
                sys.executable,
                "-m",
                "benchmarks.imports",
                "--backend",
                backend,
                "--kind",
                kind,
            ]
            subprocess.run(command, check=True, env=os.environ)


if __name__ == "__main__":
    main()
