//! What people of the demo write in words; some of it names somebody, for the moderator to blank.

/// To "How could your care be improved?"
pub const IMPROVE: [&str; 14] = [
    "Shorter waits for the physiotherapist.",
    "I tell the same story to everyone I see. Please share the notes.",
    "Somebody to ring in the evening who knows me.",
    "The nurse is wonderful. More time with her, please.",
    "Appointments on the same day at the hospital, not three trips a month.",
    "Dr Marlow never reads the letter from the hospital.",
    "Nothing. I am well looked after.",
    "The bus to the clinic stops at five. Late appointments are no use to me.",
    "Ask me what I want before you change my tablets.",
    "My wife does everything. She needs help too.",
    "One number for all of it. I am sent from desk to desk.",
    "Large letters on the tablets, I cannot read the small ones.",
    "Mrs Ivy Tanner of 12 Mill Lane, my neighbour, waits even longer.",
    "A plan I can keep at home, in plain words.",
];

/// To "What would support you to feel more confident?"
pub const CONFIDENCE: [&str; 9] = [
    "A course with other people who have the same.",
    "Knowing what to do when I get breathless at night.",
    "Seeing the same person each time.",
    "A phone call a week after a change of tablets.",
    "Being told what my numbers mean.",
    "Help with the stairs. Then I would go out again.",
    "My daughter being allowed to come in with me.",
    "I am confident.",
    "Less paper. One page would do.",
];
