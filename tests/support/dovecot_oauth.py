"""Dovecot that lets in by access token (SASL XOAUTH2), which it has checked at an introspection endpoint."""

from __future__ import annotations

from pathlib import Path

from tests.support.dovecot import Dovecot

_V23 = """\
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {S}/oauth2.conf
}}
"""
_V23_OAUTH = """\
introspection_mode = post
introspection_url = {url}/introspect
username_attribute = username
active_attribute = active
active_value = true
"""
# https://doc.dovecot.org/2.4.0/core/config/auth/databases/oauth2.html
_V24 = """\
auth_mechanisms = plain login xoauth2 oauthbearer
oauth2 {{
  introspection_mode = post
  introspection_url = {url}/introspect
  username_attribute = username
  active_attribute = active
  active_value = true
}}
passdb oauth2 {{
  mechanisms_filter = xoauth2 oauthbearer
}}
"""


class OAuthDovecot(Dovecot):
    """`url`: where the provider of tests.support.oauth_server answers."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def _configuration(self, program: Path) -> str:
        plain = super()._configuration(program)
        if "dovecot_config_version" in plain:
            return plain + _V24.format(url=self._url)
        (self.directory / "oauth2.conf").write_text(_V23_OAUTH.format(url=self._url))
        return plain + _V23.format(S=self.directory)
