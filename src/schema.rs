//! The tables, as the migrations of both engines make them.

diesel::table! {
    installation (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    localities (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        commissioner_code -> Text,
        population -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    organisations (id) {
        id -> BigInt,
        code -> Text,
        name -> Text,
        name_key -> Text,
        kind -> Text,
        commissioner_kind -> Nullable<Text>,
        locality_id -> Nullable<BigInt>,
        sector -> Nullable<Text>,
        opened_on -> Date,
        closed_on -> Nullable<Date>,
        version -> BigInt,
    }
}

diesel::table! {
    network_members (id) {
        id -> BigInt,
        network_id -> BigInt,
        member_id -> BigInt,
        from_on -> Date,
        to_on -> Nullable<Date>,
        version -> BigInt,
    }
}

diesel::table! {
    care_agreements (id) {
        id -> BigInt,
        network_id -> BigInt,
        locality_id -> BigInt,
        group_code -> Text,
        from_on -> Date,
        to_on -> Nullable<Date>,
        version -> BigInt,
    }
}

diesel::table! {
    sharing_agreements (id) {
        id -> BigInt,
        reference -> Text,
        network_id -> BigInt,
        shared_with -> Text,
        purpose -> Text,
        from_on -> Date,
        to_on -> Nullable<Date>,
        version -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> BigInt,
        reference -> Text,
        email -> Text,
        name -> Text,
        name_key -> Text,
        password_hash -> Nullable<Text>,
        version -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    memberships (id) {
        id -> BigInt,
        user_id -> BigInt,
        role -> Text,
        organisation_id -> Nullable<BigInt>,
        from_on -> Date,
        to_on -> Nullable<Date>,
        version -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> BigInt,
        key_hash -> Text,
        reference -> Text,
        state -> Text,
        user_id -> Nullable<BigInt>,
        started_at -> Timestamp,
        seen_at -> Timestamp,
        expires_at -> Timestamp,
        from_address -> Text,
        browser -> Text,
    }
}

diesel::table! {
    password_links (id) {
        id -> BigInt,
        user_id -> BigInt,
        purpose -> Text,
        token_hash -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    failed_sign_ins (id) {
        id -> BigInt,
        email_key -> Text,
        tried_from -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    used_keys (key_hash) {
        key_hash -> Text,
        result -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    audit_entries (id) {
        id -> BigInt,
        at -> Timestamp,
        user_id -> Nullable<BigInt>,
        who -> Text,
        membership_id -> Nullable<BigInt>,
        acting_as -> Text,
        role -> Text,
        verb -> Text,
        from_address -> Text,
        content -> Nullable<Text>,
        salt -> Nullable<Text>,
        digest -> Text,
    }
}

diesel::table! {
    audit_subjects (entry_id, position) {
        entry_id -> BigInt,
        position -> BigInt,
        kind -> Text,
        reference -> Text,
    }
}

diesel::table! {
    audit_concerns (whom, entry_id) {
        whom -> Text,
        entry_id -> BigInt,
    }
}

diesel::table! {
    outgoing_mail (id) {
        id -> BigInt,
        reference -> Text,
        to_user_id -> Nullable<BigInt>,
        letter -> Text,
        about -> Text,
        state -> Text,
        tries -> BigInt,
        claimed_until -> Nullable<Timestamp>,
        failure -> Nullable<Text>,
        created_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        version -> BigInt,
        invitation -> Nullable<Text>,
    }
}

diesel::table! {
    jobs (id) {
        id -> BigInt,
        reference -> Text,
        kind -> Text,
        about -> Text,
        state -> Text,
        step -> Text,
        done -> BigInt,
        total -> BigInt,
        started_by -> Nullable<BigInt>,
        asked_as -> Text,
        holder -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        cancel_asked -> Bool,
        message -> Nullable<Text>,
        created_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    register_state (id) {
        id -> BigInt,
        published -> BigInt,
        preparing -> Nullable<BigInt>,
        holder -> Nullable<Text>,
        lease_until -> Nullable<Timestamp>,
        held_since -> Nullable<Timestamp>,
    }
}

diesel::table! {
    people (id) {
        id -> BigInt,
        nhs_number -> Text,
        pseudonym -> Text,
    }
}

diesel::table! {
    person_records (id) {
        id -> BigInt,
        person_id -> BigInt,
        from_register -> BigInt,
        until_register -> BigInt,
        given_name -> Nullable<Text>,
        family_name -> Nullable<Text>,
        name_key -> Text,
        date_of_birth -> Date,
        sex -> Nullable<Text>,
        practice_id -> BigInt,
        registered_from -> Date,
        deducted_on -> Nullable<Date>,
        died_on -> Nullable<Date>,
        ltc_count -> Nullable<BigInt>,
        conditions -> Nullable<Text>,
        dementia -> Nullable<Bool>,
        advanced_organic_disorder -> Nullable<Bool>,
        learning_disability -> Nullable<Bool>,
        serious_mental_illness -> Nullable<Bool>,
        cancer_active -> Nullable<Bool>,
        cancer_treatment_ended_on -> Nullable<Date>,
        homeless -> Nullable<Bool>,
        alcohol_dependency -> Nullable<Bool>,
        drug_dependency -> Nullable<Bool>,
        care_home_resident -> Nullable<Bool>,
        unplanned_admissions_12m -> Nullable<BigInt>,
        annual_cost_pence -> Nullable<BigInt>,
        palliative -> Nullable<Bool>,
    }
}

diesel::table! {
    person_contacts (id) {
        id -> BigInt,
        person_id -> BigInt,
        from_register -> BigInt,
        until_register -> BigInt,
        address -> Nullable<Text>,
        postcode -> Nullable<Text>,
        email -> Nullable<Text>,
        contact_preference -> Nullable<Text>,
        large_print -> Bool,
        ltc6_opt_out -> Bool,
        data_opt_out -> Bool,
    }
}

diesel::table! {
    risk_scores (id) {
        id -> BigInt,
        person_id -> BigInt,
        from_register -> BigInt,
        until_register -> BigInt,
        tool -> Text,
        tool_version -> Text,
        scored_on -> Date,
        score_hundredths -> BigInt,
    }
}

diesel::table! {
    levels_of_need (id) {
        id -> BigInt,
        person_id -> BigInt,
        from_register -> BigInt,
        until_register -> BigInt,
        assessed_on -> Date,
        cause -> Text,
        level -> Text,
        functional -> Nullable<Text>,
        complexity -> Nullable<Text>,
        coordinator_id -> BigInt,
        next_review_on -> Date,
        care_plan_agreed_on -> Nullable<Date>,
        dst_behaviour -> Nullable<Text>,
        dst_cognition -> Nullable<Text>,
        dst_communication -> Nullable<Text>,
        dst_mobility -> Nullable<Text>,
        dst_nutrition -> Nullable<Text>,
        dst_continence -> Nullable<Text>,
        dst_skin -> Nullable<Text>,
        dst_breathing -> Nullable<Text>,
        dst_drug_therapies -> Nullable<Text>,
        dst_psychological -> Nullable<Text>,
        dst_seizures_asc -> Nullable<Text>,
    }
}

diesel::table! {
    imports (id) {
        id -> BigInt,
        reference -> Text,
        kind -> Text,
        file_name -> Text,
        file_bytes -> BigInt,
        file_hash -> Text,
        as_of -> Date,
        whole_register -> Bool,
        state -> Text,
        row_count -> BigInt,
        new_count -> BigInt,
        changed_count -> BigInt,
        unchanged_count -> BigInt,
        leaving_count -> BigInt,
        missing_count -> BigInt,
        error_count -> BigInt,
        warning_count -> BigInt,
        many_leaving -> Bool,
        register -> Nullable<BigInt>,
        uploaded_by -> Nullable<BigInt>,
        who -> Text,
        created_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        version -> BigInt,
    }
}

diesel::table! {
    import_problems (import_id, position) {
        import_id -> BigInt,
        position -> BigInt,
        line -> BigInt,
        column_name -> Text,
        code -> Text,
        severity -> Text,
        message -> Text,
    }
}

diesel::table! {
    criteria_versions (id) {
        id -> BigInt,
        locality_id -> BigInt,
        group_code -> Text,
        number -> BigInt,
        state -> Text,
        text -> Text,
        text_hash -> Text,
        in_force_from -> Nullable<Date>,
        set_up_by_administrator -> Bool,
        reason -> Text,
        created_by -> Nullable<BigInt>,
        who -> Text,
        created_at -> Timestamp,
        version -> BigInt,
        proposal_id -> Nullable<BigInt>,
        made_from_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    proposals (id) {
        id -> BigInt,
        reference -> Text,
        locality_id -> BigInt,
        state -> Text,
        title -> Text,
        reason -> Text,
        equality_note -> Text,
        takes_force_on -> Nullable<Date>,
        answer_by -> Nullable<Date>,
        hash -> Text,
        proposed_by -> Nullable<BigInt>,
        proposed_who -> Text,
        proposed_at -> Nullable<Timestamp>,
        decided_by -> Nullable<BigInt>,
        decided_who -> Text,
        decided_at -> Nullable<Timestamp>,
        decision_reason -> Text,
        withdrawn_by -> Nullable<BigInt>,
        withdrawn_who -> Text,
        withdrawn_at -> Nullable<Timestamp>,
        withdrawn_from -> Nullable<Text>,
        withdrawal_reason -> Text,
        impact -> Text,
        replaces_id -> Nullable<BigInt>,
        created_by -> Nullable<BigInt>,
        who -> Text,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    proposal_asks (id) {
        id -> BigInt,
        proposal_id -> BigInt,
        network_id -> BigInt,
        asked_at -> Timestamp,
        reminded_at -> Nullable<Timestamp>,
        answer -> Nullable<Text>,
        comment -> Text,
        hash -> Text,
        answered_by -> Nullable<BigInt>,
        answered_who -> Text,
        answered_at -> Nullable<Timestamp>,
        version -> BigInt,
    }
}

diesel::table! {
    proposal_comments (id) {
        id -> BigInt,
        proposal_id -> BigInt,
        version_id -> Nullable<BigInt>,
        condition -> Text,
        reply_to_id -> Nullable<BigInt>,
        organisation_id -> BigInt,
        role -> Text,
        written_by -> BigInt,
        who -> Text,
        text -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    draft_revisions (id) {
        id -> BigInt,
        version_id -> BigInt,
        typed -> Text,
        reads -> Bool,
        who -> Text,
        saved_by -> Nullable<BigInt>,
        at -> Timestamp,
    }
}

diesel::table! {
    runs (id) {
        id -> BigInt,
        reference -> Text,
        locality_id -> BigInt,
        as_of -> Date,
        register -> BigInt,
        state -> Text,
        previous_run_id -> Nullable<BigInt>,
        summary -> Text,
        started_by -> Nullable<BigInt>,
        who -> Text,
        created_at -> Timestamp,
        applied_at -> Nullable<Timestamp>,
        version -> BigInt,
    }
}

diesel::table! {
    current_runs (locality_id) {
        locality_id -> BigInt,
        run_id -> BigInt,
    }
}

diesel::table! {
    run_reasons (run_id, number) {
        run_id -> BigInt,
        number -> BigInt,
        reason -> Text,
    }
}

diesel::table! {
    placements (id) {
        id -> BigInt,
        run_id -> BigInt,
        person_id -> BigInt,
        practice_id -> BigInt,
        group_code -> Nullable<Text>,
        out_of_scope -> Bool,
        provisional -> Bool,
        supplementary_care -> Nullable<Bool>,
        reason_number -> BigInt,
        source -> Text,
    }
}

diesel::table! {
    run_counts (run_id, breakdown, place, practice_id, value) {
        run_id -> BigInt,
        breakdown -> Text,
        place -> Text,
        practice_id -> BigInt,
        value -> Text,
        people -> BigInt,
        provisional -> BigInt,
        supplementary -> BigInt,
        cost_pence -> BigInt,
        supplementary_cost_pence -> BigInt,
    }
}

diesel::table! {
    movements (id) {
        id -> BigInt,
        run_id -> Nullable<BigInt>,
        person_id -> BigInt,
        locality_id -> BigInt,
        from_group -> Nullable<Text>,
        to_group -> Nullable<Text>,
        effective_on -> Date,
        cause -> Text,
        reference -> Text,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    holds (id) {
        id -> BigInt,
        person_id -> BigInt,
        locality_id -> BigInt,
        group_code -> Nullable<Text>,
        cause -> Text,
        reference -> Text,
        from_on -> Date,
        review_on -> Date,
        ended_on -> Nullable<Date>,
        ended_why -> Nullable<Text>,
    }
}

diesel::table! {
    decision_batches (id) {
        id -> BigInt,
        reference -> Text,
        locality_id -> BigInt,
        network_id -> BigInt,
        left_out -> Text,
        who -> Text,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    decisions (id) {
        id -> BigInt,
        reference -> Text,
        person_id -> BigInt,
        locality_id -> BigInt,
        run_id -> BigInt,
        kind -> Text,
        group_code -> Nullable<Text>,
        facts -> Text,
        could_be -> Text,
        reason -> Text,
        network_id -> BigInt,
        decided_by -> Nullable<BigInt>,
        who -> Text,
        decided_on -> Date,
        recorded_at -> Timestamp,
        review_on -> Nullable<Date>,
        batch -> Nullable<Text>,
        ends -> Nullable<Text>,
    }
}

diesel::table! {
    questions (id) {
        id -> BigInt,
        reference -> Text,
        person_id -> BigInt,
        locality_id -> BigInt,
        practice_id -> BigInt,
        network_id -> BigInt,
        fact -> Text,
        reason -> Text,
        state -> Text,
        asked_by -> Nullable<BigInt>,
        asked_who -> Text,
        asked_on -> Date,
        asked_at -> Timestamp,
        answer -> Nullable<Text>,
        answered_who -> Nullable<Text>,
        answered_on -> Nullable<Date>,
        withdrawn_why -> Nullable<Text>,
        withdrawn_on -> Nullable<Date>,
        version -> BigInt,
    }
}

diesel::table! {
    corrections (id) {
        id -> BigInt,
        person_id -> BigInt,
        fact -> Text,
        register_value -> Nullable<Text>,
        corrected -> Text,
        source -> Text,
        reference -> Text,
        state -> Text,
        noted_on -> Date,
        from_register -> BigInt,
        until_register -> BigInt,
        ended_value -> Nullable<Text>,
        ended_on -> Nullable<Date>,
    }
}

diesel::table! {
    fact_changes (id) {
        id -> BigInt,
        number -> BigInt,
    }
}

diesel::table! {
    retired_cases (id) {
        id -> BigInt,
        person_id -> BigInt,
        locality_id -> BigInt,
        run_id -> BigInt,
        practice_id -> BigInt,
        facts -> Text,
        could_be -> Text,
        question -> Nullable<Text>,
        retired_on -> Date,
        from_register -> BigInt,
        until_register -> BigInt,
    }
}

diesel::table! {
    former_placements (id) {
        id -> BigInt,
        run_id -> BigInt,
        person_id -> BigInt,
        group_code -> Nullable<Text>,
        out_of_scope -> Bool,
        provisional -> Bool,
        supplementary_care -> Nullable<Bool>,
        reason_number -> BigInt,
        source -> Text,
        until_on -> Date,
    }
}

diesel::table! {
    settings (name) {
        name -> Text,
        value -> Text,
        version -> BigInt,
    }
}

diesel::table! {
    settings_changes (id) {
        id -> BigInt,
        name -> Text,
        before -> Text,
        after -> Text,
        reason -> Text,
        changed_by -> Nullable<BigInt>,
        who -> Text,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    declared_complete (id) {
        id -> BigInt,
        fact -> Text,
        locality_id -> BigInt,
        practice_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    unmaskings (id) {
        id -> BigInt,
        reference -> Text,
        person_id -> BigInt,
        practice_id -> BigInt,
        asked_by -> BigInt,
        asked_for -> BigInt,
        reason -> Text,
        asked_at -> Timestamp,
        shown_at -> Nullable<Timestamp>,
        entry_id -> Nullable<BigInt>,
        looked_at -> Nullable<Timestamp>,
        looked_by -> Nullable<BigInt>,
        version -> BigInt,
    }
}

diesel::table! {
    petitions (id) {
        id -> BigInt,
        reference -> Text,
        person_id -> BigInt,
        locality_id -> BigInt,
        practice_id -> BigInt,
        new_practice_id -> Nullable<BigInt>,
        from_group -> Nullable<Text>,
        to_group -> Nullable<Text>,
        category -> Nullable<Text>,
        fact -> Nullable<Text>,
        register_value -> Nullable<Text>,
        fact_value -> Nullable<Text>,
        case_text -> Text,
        discussed -> Nullable<Bool>,
        not_discussed_why -> Text,
        effective_on -> Nullable<Date>,
        state -> Text,
        version -> BigInt,
        drafted_by -> Nullable<BigInt>,
        drafted_on -> Date,
        ready -> Bool,
        submitted_by -> Nullable<BigInt>,
        submitted_on -> Nullable<Date>,
        stage_from -> Nullable<Date>,
        stage_days -> Nullable<BigInt>,
        due_on -> Nullable<Date>,
        assigned_to -> Nullable<BigInt>,
        withdrawal -> Nullable<Text>,
        closed_on -> Nullable<Date>,
        review_on -> Nullable<Date>,
        applied_on -> Nullable<Date>,
        lapsed_on -> Nullable<Date>,
    }
}

diesel::table! {
    petition_decisions (id) {
        id -> BigInt,
        petition_id -> BigInt,
        on_appeal -> Bool,
        granted -> Bool,
        reason_code -> Text,
        words -> Text,
        decided_by -> Nullable<BigInt>,
        who -> Text,
        decided_on -> Date,
        batch -> Nullable<Text>,
    }
}

diesel::table! {
    petition_batches (id) {
        id -> BigInt,
        reference -> Text,
        organisation_id -> BigInt,
        left_out -> Text,
        who -> Text,
        decided_on -> Date,
    }
}

diesel::table! {
    petition_appeals (petition_id) {
        petition_id -> BigInt,
        ground -> Text,
        appealed_by -> Nullable<BigInt>,
        who -> Text,
        appealed_on -> Date,
    }
}

diesel::table! {
    petition_reviews (id) {
        id -> BigInt,
        petition_id -> BigInt,
        kept -> Bool,
        reason -> Text,
        who -> Text,
        reviewed_on -> Date,
        review_on -> Nullable<Date>,
    }
}

diesel::table! {
    petition_drafters (petition_id, user_id) {
        petition_id -> BigInt,
        user_id -> BigInt,
    }
}

diesel::table! {
    petition_opinions (id) {
        id -> BigInt,
        petition_id -> BigInt,
        network_id -> BigInt,
        cares -> Text,
        asked_on -> Date,
        opinion -> Nullable<Text>,
        reason -> Nullable<Text>,
        given_by -> Nullable<BigInt>,
        given_who -> Nullable<Text>,
        given_on -> Nullable<Date>,
        silent_on -> Nullable<Date>,
    }
}

diesel::table! {
    petition_questions (id) {
        id -> BigInt,
        petition_id -> BigInt,
        asked_in -> Text,
        question -> Text,
        asked_by -> Nullable<BigInt>,
        asked_who -> Text,
        asked_on -> Date,
        answer -> Nullable<Text>,
        answered_by -> Nullable<BigInt>,
        answered_who -> Nullable<Text>,
        answered_on -> Nullable<Date>,
    }
}

diesel::table! {
    petition_events (id) {
        id -> BigInt,
        petition_id -> BigInt,
        what -> Text,
        state -> Text,
        words -> Text,
        who -> Text,
        role -> Text,
        organisation -> Text,
        on_day -> Date,
        at -> Timestamp,
    }
}

diesel::table! {
    petition_reminders (id) {
        id -> BigInt,
        petition_id -> BigInt,
        network_id -> Nullable<BigInt>,
        due_on -> Date,
        on_day -> Date,
    }
}

diesel::table! {
    petition_conditions (petition_id, position) {
        petition_id -> BigInt,
        position -> BigInt,
        condition -> Text,
        standing -> Text,
    }
}

diesel::table! {
    saved_views (id) {
        id -> BigInt,
        reference -> Text,
        user_id -> BigInt,
        organisation_id -> BigInt,
        role -> Text,
        shared -> Bool,
        area -> Text,
        name -> Text,
        query -> Text,
        is_home -> Bool,
        created_at -> Timestamp,
        deleted_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    petition_assignments (petition_id, organisation_id) {
        petition_id -> BigInt,
        organisation_id -> BigInt,
        user_id -> BigInt,
    }
}

diesel::table! {
    absences (id) {
        id -> BigInt,
        reference -> Text,
        user_id -> BigInt,
        organisation_id -> BigInt,
        role -> Text,
        from_on -> Date,
        to_on -> Date,
        cover_id -> BigInt,
        ended_on -> Nullable<Date>,
        noted_at -> Timestamp,
    }
}

diesel::table! {
    campaigns (id) {
        id -> BigInt,
        reference -> Text,
        code -> Text,
        name -> Text,
        locality_id -> BigInt,
        network_id -> Nullable<BigInt>,
        state -> Text,
        opens_on -> Date,
        closes_on -> Date,
        delivery -> Text,
        run_by -> Text,
        about -> Text,
        help_name -> Text,
        help_phone -> Text,
        return_address -> Text,
        want_low -> BigInt,
        want_medium -> BigInt,
        want_high -> BigInt,
        want_none -> BigInt,
        invites_palliative -> Bool,
        seed -> Nullable<Text>,
        drawn_on -> Nullable<Date>,
        public_key -> Nullable<Text>,
        counted_by -> Nullable<Text>,
        key_destroyed -> Bool,
        aim_reading -> Nullable<Text>,
        threshold -> Nullable<BigInt>,
        created_by -> BigInt,
        created_at -> Timestamp,
        version -> BigInt,
    }
}

diesel::table! {
    campaign_strata (campaign_id, level) {
        campaign_id -> BigInt,
        level -> Text,
        eligible -> BigInt,
        sampled -> BigInt,
    }
}

diesel::table! {
    campaign_exclusions (campaign_id, reason) {
        campaign_id -> BigInt,
        reason -> Text,
        people -> BigInt,
    }
}

diesel::table! {
    campaign_rounds (campaign_id, number) {
        campaign_id -> BigInt,
        number -> BigInt,
        made_on -> Date,
        letters -> BigInt,
        emails -> BigInt,
        times -> BigInt,
    }
}

diesel::table! {
    ltc6_opt_outs (person_id) {
        person_id -> BigInt,
    }
}

diesel::table! {
    campaign_feedback (campaign_id) {
        campaign_id -> BigInt,
        said -> Text,
        will_do -> Text,
        published_on -> Nullable<Date>,
        version -> BigInt,
    }
}

diesel::table! {
    ltc6_invitations (key) {
        key -> Text,
        campaign_id -> BigInt,
        person_id -> BigInt,
        level -> Text,
        by_email -> Bool,
        letters -> BigInt,
        undeliverable -> Bool,
        dropped -> Bool,
    }
}

diesel::table! {
    ltc6_codes (hash) {
        hash -> Text,
        invitation -> Text,
    }
}

diesel::table! {
    ltc6_turnout (invitation) {
        invitation -> Text,
    }
}

diesel::table! {
    ltc6_box (campaign_id, level, key) {
        campaign_id -> BigInt,
        level -> Text,
        key -> Text,
        sealed -> Binary,
    }
}

diesel::table! {
    ltc6_responses (campaign_id, key) {
        campaign_id -> BigInt,
        key -> Text,
        level -> Nullable<Text>,
        respondent -> Nullable<Text>,
        q1 -> Nullable<Text>,
        q2 -> Nullable<Text>,
        q3 -> Nullable<Text>,
        q4 -> Nullable<Text>,
        q5 -> Nullable<Text>,
        q6 -> Nullable<Text>,
        wrote -> Bool,
    }
}

diesel::table! {
    ltc6_comments (campaign_id, key) {
        campaign_id -> BigInt,
        key -> Text,
        question -> Text,
        text -> Text,
        state -> Text,
        theme -> Nullable<Text>,
        version -> BigInt,
    }
}

diesel::table! {
    ltc6_paper_returns (campaign_id, batch, number) {
        campaign_id -> BigInt,
        batch -> Text,
        number -> BigInt,
        received_on -> Date,
    }
}

diesel::table! {
    ltc6_keyed (campaign_id, batch, number) {
        campaign_id -> BigInt,
        batch -> Text,
        number -> BigInt,
        received_on -> Date,
        sheet -> Text,
        keyed_by -> BigInt,
        again -> Nullable<Text>,
        is_checked -> Bool,
        version -> BigInt,
    }
}

diesel::table! {
    ltc6_tries (tried_from, minute) {
        tried_from -> Text,
        minute -> BigInt,
        tries -> BigInt,
    }
}

diesel::table! {
    assignings (id) {
        id -> BigInt,
        reference -> Text,
        user_id -> BigInt,
        organisation_id -> BigInt,
        role -> Text,
        to_id -> Nullable<BigInt>,
        at -> Timestamp,
        undone_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    assigned_petitions (assigning_id, petition) {
        assigning_id -> BigInt,
        petition -> Text,
        was_id -> Nullable<BigInt>,
        version -> BigInt,
        left_out -> Text,
        undone -> Bool,
        kept -> Text,
    }
}

diesel::joinable!(organisations -> localities (locality_id));
diesel::joinable!(care_agreements -> organisations (network_id));
diesel::joinable!(care_agreements -> localities (locality_id));
diesel::joinable!(sharing_agreements -> organisations (network_id));
diesel::joinable!(memberships -> users (user_id));
diesel::joinable!(memberships -> organisations (organisation_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(password_links -> users (user_id));
diesel::joinable!(audit_subjects -> audit_entries (entry_id));
diesel::joinable!(outgoing_mail -> users (to_user_id));
diesel::joinable!(jobs -> users (started_by));
diesel::joinable!(person_records -> people (person_id));
diesel::joinable!(person_records -> organisations (practice_id));
diesel::joinable!(person_contacts -> people (person_id));
diesel::joinable!(risk_scores -> people (person_id));
diesel::joinable!(levels_of_need -> people (person_id));
diesel::joinable!(levels_of_need -> organisations (coordinator_id));
diesel::joinable!(imports -> users (uploaded_by));
diesel::joinable!(import_problems -> imports (import_id));
diesel::joinable!(criteria_versions -> localities (locality_id));
diesel::joinable!(criteria_versions -> users (created_by));
diesel::joinable!(criteria_versions -> proposals (proposal_id));
diesel::joinable!(proposals -> localities (locality_id));
diesel::joinable!(proposal_asks -> proposals (proposal_id));
diesel::joinable!(proposal_asks -> organisations (network_id));
diesel::joinable!(proposal_comments -> proposals (proposal_id));
diesel::joinable!(proposal_comments -> organisations (organisation_id));
diesel::joinable!(draft_revisions -> criteria_versions (version_id));
diesel::joinable!(runs -> localities (locality_id));
diesel::joinable!(runs -> users (started_by));
diesel::joinable!(current_runs -> localities (locality_id));
diesel::joinable!(current_runs -> runs (run_id));
diesel::joinable!(run_reasons -> runs (run_id));
diesel::joinable!(placements -> runs (run_id));
diesel::joinable!(placements -> people (person_id));
diesel::joinable!(placements -> organisations (practice_id));
diesel::joinable!(run_counts -> runs (run_id));
diesel::joinable!(run_counts -> organisations (practice_id));
diesel::joinable!(movements -> runs (run_id));
diesel::joinable!(movements -> people (person_id));
diesel::joinable!(movements -> localities (locality_id));
diesel::joinable!(holds -> people (person_id));
diesel::joinable!(holds -> localities (locality_id));
diesel::joinable!(decision_batches -> organisations (network_id));
diesel::joinable!(decision_batches -> localities (locality_id));
diesel::joinable!(decisions -> people (person_id));
diesel::joinable!(decisions -> localities (locality_id));
diesel::joinable!(decisions -> runs (run_id));
diesel::joinable!(decisions -> organisations (network_id));
diesel::joinable!(questions -> people (person_id));
diesel::joinable!(questions -> localities (locality_id));
diesel::joinable!(questions -> organisations (network_id));
diesel::joinable!(corrections -> people (person_id));
diesel::joinable!(retired_cases -> people (person_id));
diesel::joinable!(retired_cases -> localities (locality_id));
diesel::joinable!(retired_cases -> runs (run_id));
diesel::joinable!(retired_cases -> organisations (practice_id));
diesel::joinable!(former_placements -> runs (run_id));
diesel::joinable!(former_placements -> people (person_id));
diesel::joinable!(settings_changes -> users (changed_by));
diesel::joinable!(declared_complete -> localities (locality_id));
diesel::joinable!(declared_complete -> organisations (practice_id));
diesel::joinable!(audit_concerns -> audit_entries (entry_id));
diesel::joinable!(unmaskings -> people (person_id));
diesel::joinable!(petitions -> localities (locality_id));
diesel::joinable!(petitions -> people (person_id));
diesel::joinable!(petition_decisions -> petitions (petition_id));
diesel::joinable!(petition_decisions -> users (decided_by));
diesel::joinable!(petition_batches -> organisations (organisation_id));
diesel::joinable!(petition_appeals -> petitions (petition_id));
diesel::joinable!(petition_appeals -> users (appealed_by));
diesel::joinable!(petition_reviews -> petitions (petition_id));
diesel::joinable!(petition_drafters -> petitions (petition_id));
diesel::joinable!(petition_drafters -> users (user_id));
diesel::joinable!(petition_opinions -> organisations (network_id));
diesel::joinable!(petition_opinions -> petitions (petition_id));
diesel::joinable!(petition_opinions -> users (given_by));
diesel::joinable!(petition_questions -> petitions (petition_id));
diesel::joinable!(petition_events -> petitions (petition_id));
diesel::joinable!(petition_reminders -> petitions (petition_id));
diesel::joinable!(petition_conditions -> petitions (petition_id));
diesel::joinable!(saved_views -> organisations (organisation_id));
diesel::joinable!(saved_views -> users (user_id));
diesel::joinable!(absences -> organisations (organisation_id));
diesel::joinable!(assigned_petitions -> assignings (assigning_id));
diesel::joinable!(petitions -> organisations (practice_id));
diesel::joinable!(campaigns -> localities (locality_id));
diesel::joinable!(campaign_strata -> campaigns (campaign_id));
diesel::joinable!(campaign_feedback -> campaigns (campaign_id));
diesel::joinable!(ltc6_invitations -> campaigns (campaign_id));
diesel::joinable!(ltc6_invitations -> people (person_id));
diesel::joinable!(ltc6_codes -> ltc6_invitations (invitation));
diesel::joinable!(ltc6_turnout -> ltc6_invitations (invitation));

diesel::allow_tables_to_appear_in_same_query!(
    installation,
    localities,
    organisations,
    network_members,
    care_agreements,
    sharing_agreements,
    users,
    memberships,
    sessions,
    password_links,
    failed_sign_ins,
    used_keys,
    audit_entries,
    audit_subjects,
    outgoing_mail,
    jobs,
    register_state,
    people,
    person_records,
    person_contacts,
    risk_scores,
    levels_of_need,
    imports,
    import_problems,
    criteria_versions,
    proposals,
    proposal_asks,
    proposal_comments,
    draft_revisions,
    runs,
    current_runs,
    run_reasons,
    placements,
    run_counts,
    movements,
    holds,
    decision_batches,
    decisions,
    questions,
    corrections,
    fact_changes,
    retired_cases,
    former_placements,
    settings,
    settings_changes,
    declared_complete,
    audit_concerns,
    unmaskings,
    petitions,
    petition_decisions,
    petition_batches,
    petition_appeals,
    petition_reviews,
    petition_drafters,
    petition_opinions,
    petition_questions,
    petition_events,
    petition_reminders,
    petition_conditions,
    saved_views,
    petition_assignments,
    absences,
    campaigns,
    campaign_strata,
    campaign_exclusions,
    campaign_rounds,
    ltc6_opt_outs,
    ltc6_invitations,
    ltc6_codes,
    ltc6_turnout,
    ltc6_box,
    ltc6_responses,
    campaign_feedback,
    ltc6_comments,
    ltc6_paper_returns,
    ltc6_keyed,
    ltc6_tries,
    assignings,
    assigned_petitions,
);
