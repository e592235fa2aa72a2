"""Importing files end to end on both databases: upload, plan with likenesses, preview, confirmation.

``python -m benchmarks.imports [--backend sqlite|postgresql] [--n 10000]`` prints JSON lines. Calls go straight into the
WSGI application, as in ``benchmarks.exam``: the file is sent, read, planned against the bank and kept; the first page
of the preview is rendered; the confirmation writes everything in one transaction. Wall and CPU time of this process;
on PostgreSQL the database's own CPU comes on top.
"""

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
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


def run(backend: str, n: int) -> None:
    """Measure one backend."""
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
        data = gift(n)
        times = _import(caller, data)
        with app.app_context():
            written = db.session.scalar(select(func.count()).select_from(Item))
            db.engine.dispose()
        assert written == n, written
        wall = sum(wall for wall, _ in times.values())
        cpu = sum(cpu for _, cpu in times.values())
        show(
            {
                "bench": "import_gift",
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


def _import(caller: Caller, data: bytes) -> dict[str, tuple[float, float]]:
    """Upload, look and confirm; return wall and CPU seconds of each step."""
    fields = {"csrf_token": caller.token, "format": "", "purpose": "quiz", "text": ""}
    body = b"".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    head = 'Content-Disposition: form-data; name="file"; filename="bench.gift"'
    kind = "Content-Type: text/plain"
    body += f"--{BOUNDARY}\r\n{head}\r\n{kind}\r\n\r\n".encode() + data
    body += f"\r\n--{BOUNDARY}--\r\n".encode()
    times: dict[str, tuple[float, float]] = {}

    def step(name: str, method: str, path: str, body: bytes, content_type: str, wanted: int) -> str:
        begun, cpu = time.perf_counter(), time.process_time()
        status, headers, answer = caller.call(method, path, body, content_type)
        times[name] = (time.perf_counter() - begun, time.process_time() - cpu)
        assert status == wanted, (status, answer[-2000:])
        return headers.get("Location", "")

    form = f"multipart/form-data; boundary={BOUNDARY}"
    preview = step("upload", "POST", "/banks/bench/import", body, form, 303)
    step("preview", "GET", preview, b"", "", 200)
    sent = urlencode({"csrf_token": caller.token, "act": "confirm", "state": "in_review"}).encode()
    step("confirm", "POST", preview, sent, "application/x-www-form-urlencoded", 303)
    return times


def main() -> None:
    """Run one backend here, or each in a process of its own (so that peak memory is its own)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--backend", choices=("sqlite", "postgresql"))
    parser.add_argument("--n", type=int, default=10_000)
    asked = parser.parse_args()
    if asked.backend:
        run(asked.backend, asked.n)
        return
    for backend in ("sqlite", "postgresql"):
        subprocess.run(
            [sys.executable, "-m", "benchmarks.imports", "--backend", backend, "--n", str(asked.n)],
            check=True,
            env=os.environ,
        )


if __name__ == "__main__":
    main()
