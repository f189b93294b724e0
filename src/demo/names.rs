//! Names and addresses nobody bears: birds, beasts and plants before, invented places after.

use super::draw::Chance;

const GIVEN: [&str; 64] = [
    "Aster",
    "Avocet",
    "Badger",
    "Bilberry",
    "Bittern",
    "Bracken",
    "Bramble",
    "Brambling",
    "Bryony",
    "Burdock",
    "Campion",
    "Chervil",
    "Clover",
    "Comfrey",
    "Coot",
    "Cowslip",
    "Cricket",
    "Curlew",
    "Dipper",
    "Dormouse",
    "Dunlin",
    "Dunnock",
    "Elder",
    "Fennel",
    "Fern",
    "Finch",
    "Foxglove",
    "Gannet",
    "Godwit",
    "Goldcrest",
    "Harebell",
    "Heron",
    "Ibis",
    "Juniper",
    "Kestrel",
    "Lapwing",
    "Larkspur",
    "Leveret",
    "Linnet",
    "Lovage",
    "Mallow",
    "Marten",
    "Meadow",
    "Merlin",
    "Otter",
    "Pipit",
    "Plover",
    "Quail",
    "Rowan",
    "Saffron",
    "Samphire",
    "Siskin",
    "Sorrel",
    "Squirrel",
    "Starling",
    "Swift",
    "Tansy",
    "Teasel",
    "Thistle",
    "Turnstone",
    "Vole",
    "Wagtail",
    "Wren",
    "Yarrow",
];

const BEGINNINGS: [&str; 40] = [
    "Acorn", "Amber", "Apple", "Ashen", "Barley", "Bell", "Birch", "Bright", "Brindle", "Brook", "Candle",
    "Clay", "Cloud", "Copper", "Cress", "Dapple", "Drift", "Ember", "Feather", "Flint", "Frost", "Hazel",
    "Honey", "Larch", "Lantern", "Maple", "Marsh", "Mist", "Moss", "Oaken", "Pebble", "Quick", "Quill",
    "Reed", "Russet", "Silver", "Sparrow", "Thistle", "Whin", "Willow",
];

const ENDINGS: [&str; 25] = [
    "acre", "bank", "bough", "brook", "combe", "croft", "dale", "down", "fen", "field", "garth", "glade",
    "heath", "holt", "hurst", "lea", "mere", "moor", "shaw", "spring", "stile", "thorn", "thwaite", "wick",
    "wood",
];

const ROADS: [&str; 24] = [
    "Alder Road",
    "Beech Lane",
    "Bluebell Close",
    "Canal Street",
    "Cherry Walk",
    "Chestnut Avenue",
    "Church Lane",
    "Dove Street",
    "Elm Grove",
    "Fern Close",
    "Forge Lane",
    "Garden Street",
    "Hawthorn Road",
    "Hill Rise",
    "Kingfisher Way",
    "Long Lane",
    "Market Street",
    "Mill Lane",
    "Nightingale Road",
    "Orchard Way",
    "Primrose Hill",
    "School Road",
    "Station Road",
    "Willow Walk",
];

/// Letters that end a postcode.
const INWARD: &[u8] = b"ABDEFGHJLNPQRSTUWXYZ";

pub fn given(chance: &mut Chance) -> String {
    String::from(chance.one_of(&GIVEN))
}

pub fn family(chance: &mut Chance) -> String {
    let (beginning, ending) = (chance.one_of(&BEGINNINGS), chance.one_of(&ENDINGS));
    [beginning, ending].concat()
}

/// House and road, then the town, as the people layout wants them.
pub fn address(chance: &mut Chance, town: &str) -> String {
    let house = chance.between(1, 140);
    let road = chance.one_of(&ROADS);
    if chance.of(0.12) {
        let flat = chance.between(1, 12);
        format!("Flat {flat}|{house} {road}|{town}")
    } else {
        format!("{house} {road}|{town}")
    }
}

/// In the ZZ99 area, which is no place.
pub fn postcode(chance: &mut Chance) -> String {
    let digit = chance.between(1, 9);
    let [first, last] = [chance.one_of(INWARD), chance.one_of(INWARD)].map(char::from);
    format!("ZZ99 {digit}{first}{last}")
}

/// At example.org, told apart from others of the name by a number.
pub fn email(chance: &mut Chance, given: &str, family: &str) -> String {
    let number = chance.between(10, 9_999);
    format!("{given}.{family}.{number}@example.org").to_lowercase()
}
