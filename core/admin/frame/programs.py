"""What somebody is logged in with, in words: Firefox on Windows."""

from __future__ import annotations

# Most programs name those that they descend from too, so whoever is named first here decides.
BROWSERS = {
    "Edg": "Edge", "OPR/": "Opera", "SamsungBrowser": "Samsung Internet", "Firefox": "Firefox", "FxiOS": "Firefox",
    "Chrome": "Chrome", "CriOS": "Chrome", "Safari": "Safari",
}  # fmt: skip
SYSTEMS = {
    "iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "CrOS": "ChromeOS",
    "Mac OS": "macOS", "Linux": "Linux",
}  # fmt: skip
LONGEST = 40


def program_text(user_agent: str) -> str:
    """Return what a program calls itself as people say it: the browser and its system, or a program's bare name."""
    browser = _named(BROWSERS, user_agent) if user_agent.startswith("Mozilla/") else ""
    if not browser:
        name = user_agent.partition("/")[0].strip()
        return name[:LONGEST] or "Unknown program"
    system = _named(SYSTEMS, user_agent)
    return f"{browser} on {system}" if system else browser


def _named(names: dict[str, str], user_agent: str) -> str:
    return next((said for word, said in names.items() if word in user_agent), "")
