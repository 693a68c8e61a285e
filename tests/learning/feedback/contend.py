"""Curators who decide on the same remarks at once: prints how many decisions were made on each.

A program of its own, so that it can run on the application database that DATABASE_URL names.
"""

from concurrent.futures import ThreadPoolExecutor

import django
from django.db import connections

django.setup()

from accounts.models import Team, User  # noqa: E402 - models need the applications
from datasources.models import Connection  # noqa: E402
from learning.feedback import remarks  # noqa: E402
from learning.models import Remark  # noqa: E402

CURATORS, REMARKS = 8, 5


def decide(seen: Remark, curator: User, number: int) -> bool:
    try:
        (remarks.accept if number % 2 else remarks.reject)(seen, curator)
    except remarks.AlreadyDecided:
        return False
    finally:
        connections.close_all()
    return True


def main() -> None:
    connection = Connection.objects.create(team=Team.objects.create(name="Team"), name="shop", path="/nowhere")
    curators = [User.objects.create_user(f"curator{number}") for number in range(CURATORS)]
    for number in range(REMARKS):
        Remark.objects.create(connection=connection, origin="verdict", text=f"remark {number}")
    with ThreadPoolExecutor(CURATORS) as pool:
        for remark in list(Remark.objects.all()):
            seen = [Remark.objects.select_related("connection").get(pk=remark.pk) for _ in curators]
            print(sum(pool.map(decide, seen, curators, range(CURATORS))))


main()
