"""Review replies: from the findings of a mail to a mail that a reviewer looks over and sends; nothing is sent here."""

from mtelint.reply.drafts import Draft, Wording, drafts

__all__ = ["Draft", "Wording", "drafts"]
