"""The form of network.toml: what may stand where, and the model that is made of it."""

from __future__ import annotations

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from syndicate import addresses
from syndicate.definition_values import (
    Address,
    BaseUrl,
    Label,
    OptionalPlain,
    Plain,
    Postal,
    Requests,
    Url,
    Zone,
    in_utc,
)
from syndicate.model import (
    Alerts,
    Conditions,
    Licence,
    Network,
    Quota,
    Reader,
    Right,
)


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LicenceTable(Table):
    name: Plain
    url: Url = Field(min_length=1)
    spdx: OptionalPlain = ""
    terms_version: Plain = "1"
    terms_due: datetime | None = None


class PullTable(Table):
    anonymous: frozenset[Right] = Conditions().anonymous
    anonymous_per_minute: Requests = Conditions().anonymous_quota.minute
    anonymous_per_day: Requests = Conditions().anonymous_quota.day
    partner_per_minute: Requests = Conditions().partner_quota.minute
    partner_per_day: Requests = Conditions().partner_quota.day


class NoticeTable(Table):
    en: Plain = "This content is available in English only."
    fr: Plain = "Ce contenu est offert en anglais seulement."


class HubTable(Table):
    url: Url = ""
    own: bool = False

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.own and self.url:
            raise ValueError("give own = true or the url of another hub, not both")
        return self


class OaiTable(Table):
    enabled: bool = True


class WebhooksTable(Table):
    enabled: bool = True


class HttpTable(Table):
    hosts: tuple[str, ...] = ()
    redirects: dict[str, str] = {}


class AlertsTable(Table):
    sender: Address
    name: Plain | None = None
    postal: Postal
    reply_to: Address | None = None
    zone: Zone = "UTC"
    settle_minutes: int = Field(default=10, ge=0, le=1440)
    inbound: str = Field(default="", pattern=r"^([a-z0-9-]+(\.[a-z0-9-]+)+)?$")
    dkim_selector: str = Field(default="", pattern=r"^[a-zA-Z0-9.-]*$")
    domain_per_minute: int = Field(default=0, ge=0)

    def to_model(self, network: NetworkTable) -> Alerts:
        fields = self.model_dump()
        fields["name"] = self.name or network.short
        fields["reply_to"] = self.reply_to or self.sender
        return Alerts(**fields)


class ReaderTable(Table):
    name: Plain
    address: Url = Field(pattern=r"^https?://\S*\{feed\}\S*$")


class NetworkTable(Table):
    title: Plain
    short: Label
    description: Plain
    tag_authority: str = Field(pattern=r"^[a-z0-9.@-]+$")
    tag_date: str = Field(pattern=r"^\d{4}(-\d\d){0,2}$")
    since: datetime
    base_url: BaseUrl = "http://127.0.0.1:8000"
    author: Plain
    rights: Plain
    contact: OptionalPlain = ""


class NetworkFile(Table):
    network: NetworkTable
    licence: LicenceTable
    notice: NoticeTable = NoticeTable()
    hub: HubTable = HubTable()
    oai: OaiTable = OaiTable()
    webhooks: WebhooksTable = WebhooksTable()
    http: HttpTable = HttpTable()
    alerts: AlertsTable | None = None
    reader: tuple[ReaderTable, ...] = ()
    pull: PullTable = PullTable()

    def to_model(self, *, base_url: str | None) -> Network:
        fields = self.network.model_dump()
        fields["since"] = in_utc(self.network.since)
        if base_url is not None:
            fields["base_url"] = base_url.rstrip("/")
        return Network(
            **fields,
            licence=Licence(**self.licence.model_dump(exclude={"terms_due"})),
            notice_en=self.notice.en,
            notice_fr=self.notice.fr,
            hub=f"{fields['base_url']}{addresses.HUB}" if self.hub.own else self.hub.url,
            oai=self.oai.enabled,
            webhooks=self.webhooks.enabled,
            hosts=self.http.hosts,
            redirects=tuple(sorted(self.http.redirects.items())),
            alerts=self.alerts.to_model(self.network) if self.alerts else None,
            readers=tuple(Reader(**reader.model_dump()) for reader in self.reader),
            conditions=self._conditions(),
        )

    def _conditions(self) -> Conditions:
        pull, due = self.pull, self.licence.terms_due
        return Conditions(
            anonymous=pull.anonymous,
            anonymous_quota=Quota(minute=pull.anonymous_per_minute, day=pull.anonymous_per_day),
            partner_quota=Quota(minute=pull.partner_per_minute, day=pull.partner_per_day),
            terms_due=in_utc(due) if due else None,
        )
