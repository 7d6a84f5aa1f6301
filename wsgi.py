"""The application for any WSGI server: `gunicorn wsgi:application`; `openmill serve` starts the same one."""

from core.serving import make_application

application = make_application()
