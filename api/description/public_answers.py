"""Examples of what anybody, or a member of the Federation, is answered."""

from __future__ import annotations

from typing import Final

from api.description import ids
from api.schemas import federation, health
from api.schemas import reference_data as data
from api.schemas.answers import Answer, TranslatedString

TYPE: Final = data.MessageTypeAnswer(
    message_type_id=ids.MESSAGE_TYPE,
    message_type_name=TranslatedString(
        nl="Pensioenoverzicht", fr="Aperçu de pension", de="Pensionsübersicht", en="Pension statement"
    ),
    validity_period=data.ValidityPeriod(validity_period_number=10, validity_period_unit="year"),
    sender_organization_ids=[ids.PARTNER],
    sender_application_ids=[ids.APPLICATION],
    recipient_ebox_types=["citizen"],
    business_data_definitions=[
        data.BusinessDataDefinition(
            key="year", name=TranslatedString(nl="Jaar", fr="Année", de="Jahr", en="Year"), is_required=False
        )
    ],
)
APPLICATION: Final = data.SenderApplicationAnswer(
    application_id=ids.APPLICATION,
    application_name=TranslatedString(nl="Pensioenen", fr="Pensions", de="Pensionen", en="Pensions"),
    application_logos=[],
    sender_organization_ids=[ids.PARTNER],
    message_type_ids=[ids.MESSAGE_TYPE],
)
ORGANISATION: Final = data.SenderOrganizationAnswer(
    organization_id=ids.PARTNER,
    organization_short_name=TranslatedString(
        nl="Demo Pensioendienst", fr="Office des pensions de démonstration", de="Demo-Pensionsdienst"
    ),
    organization_logos=[
        data.Image(
            image_id="main",
            size=1.2,
            media_type="image/svg+xml",
            content_href=f"https://ebox.example{data.REFERENCE_DATA}/senderOrganizations/"
            f"{ids.PARTNER}/images/main/content",
        )
    ],
    sender_application_ids=[ids.APPLICATION],
    message_type_ids=[ids.MESSAGE_TYPE],
    contact_technical="servicedesk@pensions.example",
)
_NAME: Final = TranslatedString(nl="eBox", fr="eBox", de="eBox")

PUBLIC_ANSWERS: Final[tuple[Answer, ...]] = (
    TYPE,
    data.MessageTypes(items=[TYPE], total_items=1),
    APPLICATION,
    data.SenderApplications(items=[APPLICATION], total_items=1),
    ORGANISATION,
    data.SenderOrganizations(items=[ORGANISATION], total_items=1),
    federation.EboxPreferences(
        ebox_id=federation.EboxIdAnswer(ebox_type="CITIZEN", ebox_id_value=ids.CITIZEN),
        exclusively_ebox=True,
    ),
    federation.MessageProvider(
        message_provider_id="ebox",
        message_provider_name=_NAME,
        message_provider_description=_NAME,
        message_provider_url="https://ebox.example/messageRegistry/v2/",
        message_provider_activation_date=ids.PUBLISHED_AT.date(),
        message_provider_technical_contact="support@ebox.example",
        api_supported_version=federation.API_VERSION,
    ),
    health.Health(
        status="UP",
        dependencies={"eventStore": health.Check(status="UP")},
        projections={"inbox": health.ProjectionCheck(status="UP", position=ids.POSITION, lag=0)},
    ),
)
