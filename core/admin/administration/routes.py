"""Addresses of those who look after an organisation or all of them, and of what a person chooses for themselves."""

from __future__ import annotations

from core.admin.administration import apps, members, platform, roles, settings
from core.admin.frame import session_pages
from core.admin.frame.brand_files import logo_file

ROUTES = (
    ("/preferences", "GET", session_pages.preferences),
    ("/preferences", "POST", session_pages.save_look),
    ("/preferences/sessions", "POST", session_pages.end_other_sessions),
    ("/preferences/password", "POST", session_pages.change_password),
    ("/brand/logo/<digest>", "GET", logo_file),
    ("/apps", "GET", apps.apps),
    ("/apps/<name>", "GET", apps.app_page),
    ("/apps/<name>", "POST", apps.switch),
    ("/apps/<name>/observers", "POST", apps.repair),
    ("/members/<int:member_id>", "GET", members.member),
    ("/members/<int:member_id>/access", "GET", members.see_access),
    ("/members/<int:member_id>/roles", "POST", members.save_roles),
    ("/members/<int:member_id>/do/reset-password", "POST", members.reset_password),
    ("/members/do/invite", "GET", members.invitation),
    ("/members/do/invite", "POST", members.invite),
    ("/roles/<int:role_id>/rights", "GET", roles.rights),
    ("/roles/<int:role_id>/rights", "POST", roles.save_rights),
    ("/roles/<int:role_id>/rights/copy", "POST", roles.copy_role),
    ("/view-as", "POST", roles.view_as),
    ("/view-as/end", "POST", roles.end_view_as),
    ("/platform", "GET", platform.organisations),
    ("/platform", "POST", platform.make_organisation),
    ("/platform/tenants/<slug>", "GET", platform.organisation),
    ("/platform/tenants/<slug>", "POST", platform.change_organisation),
    ("/platform/users", "GET", platform.people),
    ("/platform/users/<username>", "POST", platform.change_person),
    ("/platform/jobs", "GET", platform.jobs),
    ("/platform/jobs/<int:job_id>", "POST", platform.retry),
    ("/platform/status", "GET", platform.status),
    ("/settings", "GET", settings.settings),
    ("/settings", "POST", settings.save_settings),
    ("/settings/branding", "POST", settings.save_branding),
)
