"""Does the sign-in page take longer for an address that it knows? 300 pairs in turn, and what chance would do."""

import random
import re
import time
from dataclasses import dataclass
from itertools import count
from statistics import median

import httpx2
import psycopg

from portal import crypto
from tests.bench.data import Bench

PAIRS = 300
MOST_MILLISECONDS = 3.0
LEAST_P = 0.01
SHUFFLES = 5_000
KNOWN = "SELECT min(mailbox) FROM email_address GROUP BY member_id ORDER BY random() LIMIT %s"
CHANGING = re.compile(r'value="([0-9a-f]{64}|[\w-]{43})"')
networks = count()


@dataclass(frozen=True)
class Answers:
    differences: list[float]
    """Milliseconds by which the known address of a pair took longer."""
    alike: bool
    """Were status, headers and body the same, but for keys and the typed address?"""

    @property
    def shift(self) -> float:
        return median(self.differences)

    @property
    def p(self) -> float:
        """How often chance alone, which turns pairs round, gives so large a shift."""
        dice = random.Random(7)
        extreme = sum(
            abs(median([one * dice.choice((-1, 1)) for one in self.differences])) >= abs(self.shift)
            for _ in range(SHUFFLES)
        )
        return extreme / SHUFFLES


def measure(bench: Bench) -> Answers:
    with psycopg.connect(bench.settings.database_url, autocommit=True) as owner:
        owner.execute("DELETE FROM throttle")
        known = [mailbox for (mailbox,) in owner.execute(KNOWN, [PAIRS])]
        differences: list[float] = []
        alike = True
        with httpx2.Client(base_url=bench.settings.base_url, headers={"Sec-Fetch-Site": "same-origin"}) as client:
            for mailbox in ["warm.up@example.org"] * 4 + known:
                if len(differences) % 100 == 0:
                    owner.execute("DELETE FROM throttle")
                unknown = f"{crypto.new_code()}{mailbox[6:]}"
                pair = [(mailbox, True), (unknown, False)]
                random.shuffle(pair)
                answers = {is_known: ask(client, email) for email, is_known in pair}
                alike = alike and answers[True][1] == answers[False][1]
                differences.append(1000 * (answers[True][0] - answers[False][0]))
        owner.execute("DELETE FROM procrastinate_jobs; DELETE FROM sign_in_request; DELETE FROM throttle")
    return Answers(differences[4:], alike)


def ask(client: httpx2.Client, email: str) -> tuple[float, str]:
    """Seconds of the post, and all that a stranger could compare."""
    client.cookies.clear()
    origin = {"X-Forwarded-For": f"10.{next(networks) % 250}.{random.randrange(250)}.1"}
    started = time.perf_counter()
    posted = client.post("/sign-in", data={"email": email}, headers=origin)
    seconds = time.perf_counter() - started
    shown = client.get("/sign-in/code")
    headers = [(name, value) for name, value in posted.headers.items() if name not in {"set-cookie", "date"}]
    cookies = list(posted.cookies)
    return seconds, str((posted.status_code, headers, cookies, CHANGING.sub("*", shown.text.replace(email, "*"))))


def report(found: Answers) -> None:
    words = "the same" if found.alike else "DIFFERENT"
    met = found.alike and abs(found.shift) < MOST_MILLISECONDS and found.p > LEAST_P
    print(
        f"\nKnown beside unknown addresses, {len(found.differences)} pairs: answers {words}; the known ones took "
        f"{found.shift:+.3f} ms (median of pairs; goal below {MOST_MILLISECONDS:.0f}), p = {found.p:.2f} "
        f"(goal above {LEAST_P}): {'met' if met else 'missed'}"
    )
