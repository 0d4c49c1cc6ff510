"""serve: the whole installation under one supervisor."""

from typing import Annotated

import typer
from rich.markup import escape

from hoatoc.cli import app
from hoatoc.cli.console import out
from hoatoc.cli.words import say


@app.command()
def serve(
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="Cổng của cổng thông tin; đang dùng thì lấy cổng kế.")
    ] = 8020,
    fixed_ports: Annotated[
        bool, typer.Option("--fixed-ports", help="Cổng đang dùng thì không chạy, thay vì lấy cổng kế.")
    ] = False,
) -> None:
    """Chạy máy chủ Prefect, worker, cổng thông tin (và hộp thư thử khi chưa có máy chủ thư); Ctrl-C dừng tất cả."""
    import asyncio

    from hoatoc.cli.stopping import until_told_to_stop
    from hoatoc.clock import machine_now
    from hoatoc.doctor.configured import configured, require_sound
    from hoatoc.doctor.finding import Health
    from hoatoc.format.folder import office_paths, read_office
    from hoatoc.installation import initialise
    from hoatoc.mail import login
    from hoatoc.settings import masked, read_settings

    settings = read_settings()
    found = configured(settings)
    require_sound(found)
    for finding in found:
        if finding.health is Health.WARNING:
            out.print(f"[yellow]![/] {escape(say(finding.seen))}\n  → {escape(say(finding.mend))}", soft_wrap=True)
    here = initialise(settings)
    with here.ledger.write() as session:
        login.forget(session)  # whoever starts us has looked after it
    from deployments.supervisor import supervise

    begun = machine_now()
    starting = supervise(settings, portal_port=port, fixed_ports=fixed_ports)
    with until_told_to_stop() as wait, starting as addresses:
        # Prefect is imported only now: its settings are fixed by the environment it finds.
        from deployments.leftover import end_leftover_runs
        from deployments.registry import register

        folders = [read_office(path) for path in office_paths(settings.directives)]
        registered = asyncio.run(register(folders, watch=True))
        asyncio.run(end_leftover_runs(begun))
        for folder in folders:
            for key, error in folder.broken.items():
                out.print(
                    say(
                        "[yellow]![/] %(key)s chưa dùng được, xem `hoatoc check`: %(count)s lỗi",
                        key=escape(key),
                        count=len(error.problems),
                    )
                )
        out.print(
            say("Prefect:          %(prefect)s   (%(count)s văn bản)", prefect=addresses.prefect, count=len(registered))
        )
        out.print(
            say("Bảng theo dõi:    %(board)s   (tài khoản: hoatoc account)", board=here.links.board), soft_wrap=True
        )
        out.print(say("Máy chủ thư:      %(smtp_url)s", smtp_url=masked(addresses.smtp_url)), soft_wrap=True)
        out.print(say("Ctrl-C để dừng."))
        wait(addresses.check)
    out.print(say("Đã dừng."))
