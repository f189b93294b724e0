//! What an audit row says.

use serde::Serialize;

use crate::stored_as_text;

/// Who acts: a person in a membership, or whoever holds the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    pub user_id: Option<i64>,
    pub who: String,
    pub membership_id: Option<i64>,
    /// The organisation's code; blank for the administrator and the command line.
    pub acting_as: String,
    pub role: String,
    /// The address the call came from.
    pub from: String,
}

impl Actor {
    /// The command line, under the system user's name.
    pub fn command_line() -> Actor {
        let uid = nix::unistd::getuid();
        let known = nix::unistd::User::from_uid(uid).ok().flatten();
        let user = known.map_or_else(|| format!("user {uid}"), |user| user.name);
        Actor {
            user_id: None,
            who: format!("command line ({user})"),
            membership_id: None,
            acting_as: String::new(),
            role: "command line".into(),
            from: "this machine".into(),
        }
    }

    /// The program itself: sweeps, and what has no caller.
    pub fn service() -> Actor {
        Actor {
            user_id: None,
            who: "Common Ground".into(),
            membership_id: None,
            acting_as: String::new(),
            role: "service".into(),
            from: "this machine".into(),
        }
    }
}

stored_as_text! {
    /// What was done.
    Verb {
        SignedIn = "signed in",
        SignedOut = "signed out",
        SignInFailed = "failed to sign in",
        SwitchedMembership = "switched membership",
        PasswordChanged = "changed a password",
        PasswordSet = "set a password by link",
        ResetAsked = "asked for a password reset",
        SessionEnded = "ended a session",
        UserAdded = "added a user",
        UserChanged = "changed a user",
        Invited = "invited a user",
        MembershipAdded = "added a membership",
        MembershipEnded = "ended a membership",
        LocalityAdded = "added a locality",
        LocalityChanged = "changed a locality",
        OrganisationAdded = "added an organisation",
        OrganisationChanged = "changed an organisation",
        NetworkMemberAdded = "added a network member",
        NetworkMemberEnded = "ended a network membership",
        CareAgreementAdded = "added a care agreement",
        CareAgreementEnded = "ended a care agreement",
        SharingAgreementAdded = "added a sharing agreement",
        SharingAgreementEnded = "ended a sharing agreement",
        ImportChecked = "checked an import",
        ImportApplied = "applied an import",
        ImportCancelled = "cancelled an import",
        ImportFileRead = "downloaded an import's file or problems",
        CriteriaImported = "imported criteria",
        CriteriaExported = "exported criteria",
        SchemeDrafted = "drafted a grouping scheme",
        SchemeChanged = "changed a draft of a grouping scheme",
        CriteriaTermsKept = "kept the terms of a proposal",
        CriteriaProposed = "proposed criteria",
        CriteriaAnswered = "answered a criteria proposal",
        CriteriaCommented = "commented on a criteria proposal",
        CriteriaApproved = "approved criteria",
        CriteriaReturned = "returned criteria",
        CriteriaWithdrawn = "withdrew criteria",
        CriteriaTookForce = "put criteria in force",
        CriteriaDrafted = "drafted criteria",
        DraftSaved = "saved a draft",
        DraftDeleted = "deleted a draft",
        DraftsPutTogether = "put drafts together",
        DraftTakenOut = "took a draft out of a bundle",
        RunStarted = "started a grouping run",
        RunPreviewed = "previewed a grouping run",
        RunApplied = "applied a grouping run",
        RunCancelled = "cancelled a grouping run",
        PeopleListed = "listed people",
        PeopleSearched = "searched people",
        PersonRead = "read a person's record",
        CasesListed = "listed judgement cases",
        CaseRead = "read a judgement case",
        CaseDecided = "decided a judgement case",
        CasesDecided = "decided judgement cases together",
        DecisionReviewed = "kept or ended a decision",
        QuestionAsked = "asked a practice for a fact",
        QuestionAnswered = "answered for a fact",
        TextCleared = "said that a text identifies nobody",
        CorrectionsRead = "listed questions and corrections",
        CorrectionsSettled = "confirmed or ended corrections",
        PetitionDrafted = "drafted a petition",
        PetitionChanged = "changed a draft petition",
        PetitionSubmitted = "submitted a petition",
        PetitionOpinionGiven = "gave an opinion on a petition",
        PetitionInformationAsked = "asked for information on a petition",
        PetitionInformationGiven = "gave information on a petition",
        PetitionApproved = "approved a petition",
        PetitionRejected = "rejected a petition",
        PetitionsApproved = "approved petitions together",
        PetitionWithdrawn = "withdrew a petition",
        PetitionAppealed = "appealed against a rejection",
        PetitionAppealDecided = "decided an appeal",
        PetitionApplied = "applied a petition",
        PetitionLapsed = "closed a petition that came too late",
        PetitionMoved = "noted that a petition's person moved practice",
        PetitionConsented = "went on with a petition of another practice",
        PetitionAssigned = "assigned a petition",
        PetitionReviewed = "kept or ended the hold of a petition",
        PetitionRead = "read a petition",
        PetitionsListed = "listed petitions",
        AbsenceNoted = "noted an absence",
        AbsenceEnded = "ended an absence",
        ViewSaved = "saved a view",
        ViewDeleted = "deleted a saved view",
        ViewRestored = "brought back a saved view",
        MovementsListed = "listed movements",
        Exported = "exported",
        PeopleExported = "exported people's records",
        AuditExported = "exported the audit trail",
        LookedRead = "read who looked at a person's record",
        UnmaskAsked = "asked to unmask a person",
        Unmasked = "unmasked a person",
        UnmaskingsListed = "listed break-glass reads",
        UnmaskingLookedAt = "marked a break-glass read as looked at",
        UnmaskingReopened = "marked a break-glass read as not looked at",
        CampaignDrafted = "drafted a campaign",
        CampaignChanged = "changed a draft campaign",
        CampaignCancelled = "cancelled a campaign",
        CampaignDrawn = "drew the sample of a campaign",
        CampaignOpened = "opened a campaign",
        LettersMade = "made the letters of a campaign",
        ReturnNoted = "noted a returned letter",
        PaperKeyed = "keyed a paper form",
        PaperUndone = "took back a keyed paper form",
        PaperSettled = "settled a paper form keyed twice",
        PaperSealed = "sealed a batch of paper forms",
        FeedbackWritten = "wrote the feedback of a campaign",
        FeedbackPublished = "published the feedback of a campaign",
        CommentModerated = "moderated a text of a campaign",
        ResultsRead = "read the results of a campaign",
        SettingChanged = "changed a setting",
        MailRetried = "retried a mail",
        MailRead = "read a mail",
        JobCancelled = "cancelled a job",
        DemoMade = "made a demo",
        Migrated = "migrated the database",
    }
}

/// A record an act is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Subject {
    pub kind: &'static str,
    pub reference: String,
}

impl Subject {
    /// What kinds there are, as entries store them.
    pub const KINDS: [&str; 16] = [
        "person",
        "petition",
        "user",
        "organisation",
        "locality",
        "import",
        "decision",
        "question",
        "run",
        "proposal",
        "setting",
        "mail",
        "break-glass read",
        "sharing agreement",
        "criteria",
        "campaign",
    ];

    fn new(kind: &'static str, reference: impl Into<String>) -> Subject {
        debug_assert!(
            Subject::KINDS.contains(&kind),
            "{kind} is among the kinds that the trail looks through"
        );
        Subject { kind, reference: reference.into() }
    }

    /// A person, by pseudonym.
    pub fn person(pseudonym: impl Into<String>) -> Subject {
        Subject::new("person", pseudonym)
    }

    /// A user, by e-mail address.
    pub fn user(email: impl Into<String>) -> Subject {
        Subject::new("user", email)
    }

    /// An organisation, by code.
    pub fn organisation(code: impl Into<String>) -> Subject {
        Subject::new("organisation", code)
    }

    /// A locality, by code.
    pub fn locality(code: impl Into<String>) -> Subject {
        Subject::new("locality", code)
    }

    /// An import, by reference.
    pub fn import(reference: impl Into<String>) -> Subject {
        Subject::new("import", reference)
    }

    /// A decision, by reference.
    pub fn decision(reference: impl Into<String>) -> Subject {
        Subject::new("decision", reference)
    }

    /// A question to a practice, by reference.
    pub fn question(reference: impl Into<String>) -> Subject {
        Subject::new("question", reference)
    }

    /// A petition, by reference.
    pub fn petition(reference: impl Into<String>) -> Subject {
        Subject::new("petition", reference)
    }

    /// A grouping run, by reference.
    pub fn run(reference: impl Into<String>) -> Subject {
        Subject::new("run", reference)
    }

    /// A criteria proposal, by reference.
    pub fn proposal(reference: impl Into<String>) -> Subject {
        Subject::new("proposal", reference)
    }

    /// A setting, by name.
    pub fn setting(name: impl Into<String>) -> Subject {
        Subject::new("setting", name)
    }

    /// A mail, by reference.
    pub fn mail(reference: impl Into<String>) -> Subject {
        Subject::new("mail", reference)
    }

    /// An LTC6 campaign, by reference.
    pub fn campaign(reference: impl Into<String>) -> Subject {
        Subject::new("campaign", reference)
    }

    /// A break-glass read, by reference.
    pub fn unmasking(reference: impl Into<String>) -> Subject {
        Subject::new("break-glass read", reference)
    }

    /// A sharing agreement, by reference.
    pub fn sharing_agreement(reference: impl Into<String>) -> Subject {
        Subject::new("sharing agreement", reference)
    }

    /// The criteria of a group in a locality.
    pub fn criteria(locality: &str, group: &str) -> Subject {
        Subject::new("criteria", format!("{locality}/{group}"))
    }
}
