"""Shanggang (上岗): from a new hire's first day to a certificate that a stranger can verify.

The map of the house. A level imports lower levels only; packages on one line do not import each other
(checked by import-linter in ``make check``)::

    cli                   the `lms` command: where each of its commands is
    commands              those that work with the whole application
    worker | setup        the scheduler process and its JOBS table | setting a deployment up
    app                   create_app(settings): the only module that knows every capability
    home | demo | content landing pages; the demo organisation; courses/ and question_banks/ -> database
    certificates          credentials, their documents, verification
    probation             signed conditions, probation dates, HR's decision
    defense               panel, sealed ratings, verdict
    quizzes               test specification, sitting, attempt, responses
    gradebook | questions | library
                          ledger of results | item banks and scoring | dated law and rule cards
    curriculum | organisation | schedule
                          programme, lesson, enrolment, progress, due dates | names of the organisation | bookings,
                          calendar feeds, shifts
    people                persons, roles, cohorts, sign-in, invitations, consents, roster import
    notifications | documents | ops
                          outbox | HTML -> PDF, file store | health
    audit                 append-only events, in the transaction of the deed they record
    web                   shared web kit: access, errors, forms, lists, Markdown, layout
    db | serving          tables' base class, UTC and exact-decimal columns, transactions | starting the processes
    config | clock | issues | psychometrics
                          settings, the clock, findings | pure measurement: items, reliability, agreement, cut scores
    units | errors

Inside a capability the drawers are ``views : cli : jobs`` -> ``forms`` -> ``services`` -> ``queries`` ->
``models`` -> ``domain``. ``domain`` is pure: values in, values out.
"""

__version__ = "0.1.0"
