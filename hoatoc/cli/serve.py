"""serve: the whole installation under one supervisor."""

from typing import Annotated

import typer

from hoatoc.cli import app
from hoatoc.cli.console import out
from hoatoc.cli.words import say


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="Cổng của cổng thông tin; đang dùng thì lấy cổng kế.")] = 8020,
) -> None:
    """Chạy máy chủ Prefect, worker, cổng thông tin (và hộp thư thử khi chưa có máy chủ thư); Ctrl-C dừng tất cả."""
    import asyncio

    from hoatoc.cli.stopping import until_told_to_stop
    from hoatoc.format.folder import office_paths, read_office
    from hoatoc.installation import initialise

    here = initialise()
    from deployments.supervisor import supervise

    with until_told_to_stop() as wait, supervise(here.settings, portal_port=port) as addresses:
        # Prefect is imported only now: its settings are fixed by the environment it finds.
        from deployments.registry import register

        folders = [read_office(path) for path in office_paths(here.settings.directives)]
        registered = asyncio.run(register(folders, watch=True))
        for folder in folders:
            for key, error in folder.broken.items():
                out.print(
                    say(
                        "[yellow]![/] %(key)s chưa dùng được, xem `hoatoc check`: %(count)s lỗi",
                        key=key,
                        count=len(error.problems),
                    )
                )
        out.print(
            say("Prefect:          %(prefect)s   (%(count)s văn bản)", prefect=addresses.prefect, count=len(registered))
        )
        out.print(
            say("Bảng theo dõi:    %(board)s   (tài khoản: hoatoc account)", board=here.links.board), soft_wrap=True
        )
        out.print(say("Máy chủ thư:      %(smtp_url)s", smtp_url=addresses.smtp_url))
        out.print(say("Ctrl-C để dừng."))
        wait(addresses.check)
    out.print(say("Đã dừng."))
