"""Mails: mailboxes and their messages, letters (the decoded text parts), archive pages, subjects, and replies.

The only importer of email, which :mod:`mtelint.mail.mime` loads with the first mail whose bytes do not tell that it
cannot matter: by ``python -X importtime`` it takes three times as long to import as all that comes before it.
"""
