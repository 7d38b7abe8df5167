from backoffice_sync.breaker import LONGEST, Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_after_three_failures_in_a_row_it_is_left_alone_for_a_while() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    breaker.failed()
    breaker.failed()
    assert breaker.seconds_left == 0
    breaker.failed()
    assert 4 <= breaker.seconds_left <= 5
    clock.now += 5
    assert breaker.seconds_left == 0, "now it is asked once"


def test_each_pause_is_twice_the_one_before_and_none_longer_than_five_minutes() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    pauses = []
    for _ in range(40):
        breaker.failed()
        pauses.append(breaker.seconds_left)
        clock.now += breaker.seconds_left
    assert 8 <= pauses[3] <= 10
    assert 16 <= pauses[4] <= 20
    assert max(pauses) <= LONGEST
    assert min(pauses[10:]) >= LONGEST * 0.8


def test_one_success_lets_it_fail_three_times_again() -> None:
    breaker = Breaker(Clock())
    breaker.failed()
    breaker.failed()
    breaker.succeeded()
    breaker.failed()
    breaker.failed()
    assert breaker.seconds_left == 0


def test_not_all_workers_come_back_at_the_same_moment() -> None:
    breakers = [Breaker(Clock()) for _ in range(20)]
    for breaker in breakers:
        for _ in range(3):
            breaker.failed()
    assert len({breaker.seconds_left for breaker in breakers}) > 1
