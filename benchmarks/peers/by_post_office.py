"""django-post-office: its queue in PostgreSQL, its `send_queued` with four threads."""

from typing import Any
from urllib.parse import unquote, urlsplit

import django
from django.conf import settings
from django.core.mail.backends import smtp
from job import OFFICE, SENDER, SUBJECT, asked, timed

JOB = asked()
parts = urlsplit(JOB.database.replace("postgresql://postgres@/", "postgresql://postgres@host/"))


class Backend(smtp.EmailBackend):
    """Django's, given the fast builder."""

    def _send(self, email_message: Any) -> bool:
        number = int(email_message.to[0].partition("@")[0].removeprefix("xa-"))
        self.connection.sendmail(SENDER, email_message.to, JOB.message(number), mail_options=["BODY=8BITMIME"])
        return True


settings.configure(
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "NAME": parts.path[1:], "USER": "postgres",
        "HOST": unquote(parts.query.removeprefix("host=")),
    }},
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "post_office"], USE_TZ=True,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}], EMAIL_HOST="127.0.0.1",
    EMAIL_PORT=JOB.port, EMAIL_BACKEND="post_office.EmailBackend",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    POST_OFFICE={
        "BACKENDS": {"default": "__main__.Backend" if JOB.given else "django.core.mail.backends.smtp.EmailBackend"},
        "THREADS_PER_PROCESS": 4, "DEFAULT_PRIORITY": "medium",
    },
)  # fmt: skip
django.setup()

from django.core.management import call_command  # noqa: E402  # Django reads its settings first
from post_office import mail  # noqa: E402
from post_office.models import STATUS, Email  # noqa: E402


def _mail(number: int) -> dict[str, Any]:
    if JOB.given:
        return {"recipients": [JOB.address(number)], "sender": SENDER, "subject": SUBJECT, "message": "",
                "html_message": ""}  # fmt: skip
    text, html = JOB.bodies(number)
    return {"recipients": [f'"{JOB.name(number)}" <{JOB.address(number)}>'], "sender": f'"{OFFICE}" <{SENDER}>',
            "subject": SUBJECT, "message": text, "html_message": html}  # fmt: skip


call_command("migrate", verbosity=0)
with timed():
    mail.send_many([_mail(number) for number in JOB.numbers])
    while Email.objects.exclude(status=STATUS.sent).exists():
        mail.send_queued(processes=1)
assert Email.objects.filter(status=STATUS.sent).count() == JOB.messages
