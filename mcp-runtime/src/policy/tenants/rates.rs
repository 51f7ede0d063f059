//! The rates that hold for single tenants in place of what a tool declares.

use mcp_grammar::{Cost, Count, Key, List, Policies, Rate};
use serde_json::Value;

use super::Tenants;
use crate::policy::overrides::kept;
use crate::policy::{Direction, Side, auth, direction};

const NO_TEXT: &str = "write it as a text, as in the attribute";

/// All buckets of one tool.
type Buckets = Vec<Rate<'static>>;

/// The buckets of one tool for the tenants that have numbers of their own.
#[derive(Debug, Default)]
pub(crate) struct Rates(Vec<(String, Buckets)>);

impl Tenants {
    /// What is set for one tool: `written` is what the program declares, `holds` what operators made of it for everybody.
    pub(in crate::policy) fn buckets(
        &self,
        tool: &str,
        (written, holds): (&Policies<'static>, &Policies<'static>),
        auth: &auth::Rule,
        problems: &mut Vec<String>,
    ) -> Rates {
        let mut rates = Rates::default();
        for (tenant, value, may_loosen) in self.rates(tool) {
            let about = format!("the rate of tenant `{tenant}` for tool `{tool}`");
            if matches!(auth, auth::Rule::Anyone) {
                problems.push(format!(
                    "{about} has nobody to count: the tool is for everybody, and strangers have no tenant\n  help: declare who may call it, as `auth = \"user\"`"
                ));
                continue;
            }
            let buckets = match read(value).and_then(|own| together(holds.rate.as_slice(), &own)) {
                Ok(buckets) => buckets,
                Err(why) => {
                    problems.push(format!("{about} cannot be read: {why}"));
                    continue;
                }
            };
            let (before, after) = (spelt(written.rate.as_slice()), spelt(&buckets));
            let mut changed = *written;
            changed.rate = List::new(buckets.first().copied().unwrap_or(Rate::new("1/s")));
            for rate in &buckets {
                // There is room: they have been counted.
                let _ = changed.rate.try_push(*rate);
            }
            let before = Side {
                texts: (!before.is_empty()).then(|| before.iter().map(String::as_str).collect()),
                tool: written,
            };
            let now = Side {
                texts: Some(after.iter().map(String::as_str).collect()),
                tool: &changed,
            };
            if direction("rate", &before, &now) == Direction::Relaxed && !may_loosen {
                problems.push(format!(
                    "{about} loosens `{}` to {value}\n  help: if that is meant, set \"allow_relax\": true in the overrides",
                    spelt(written.rate.as_slice()).join("`, `")
                ));
                continue;
            }
            tracing::info!(tenant, tool, now = ?after, "an operator's rate for a tenant");
            rates.0.push((tenant.to_owned(), buckets));
        }
        rates
    }
}

impl Rates {
    /// The buckets of each tenant that has its own. `None` are all others, and callers without a tenant.
    pub(in crate::policy) fn each(&self) -> impl Iterator<Item = (Option<&str>, &[Rate<'static>])> {
        let rates = self.0.iter();
        rates.map(|(tenant, rates)| {
            let named = (tenant != super::OTHERS).then_some(tenant.as_str());
            (named, rates.as_slice())
        })
    }

    /// As the manifest has them: the tenant's name, and its buckets.
    #[cfg(feature = "cli")]
    pub(crate) fn spelt(&self) -> impl Iterator<Item = (&str, Vec<String>)> {
        let rates = self.0.iter();
        rates.map(|(tenant, rates)| (tenant.as_str(), spelt(rates)))
    }

    /// Those that hold for a tenant, or for who has none: whose entry they are of, and the buckets.
    #[cfg(feature = "cli")]
    pub(crate) fn of(&self, tenant: Option<&str>) -> Option<(&str, Vec<String>)> {
        let entry = |name: &str| self.spelt().find(|(tenant, _)| *tenant == name);
        tenant.and_then(entry).or_else(|| entry(super::OTHERS))
    }
}

fn spelt(rates: &[Rate<'static>]) -> Vec<String> {
    rates.iter().map(ToString::to_string).collect()
}

/// A rate or several, in the grammar of the attribute: numbers, and by what besides the tenant they count.
fn read(value: &Value) -> Result<Vec<Rate<'static>>, String> {
    let texts = match value {
        Value::Array(several) => several.iter().collect(),
        one => vec![one],
    };
    let rate = |text: &Value| {
        let mut rate =
            Rate::parse(kept(text.as_str().ok_or(NO_TEXT)?)).map_err(|error| error.to_string())?;
        if rate.keys.is_empty() {
            rate.keys = List::new(Key::Global).push(Key::Tenant);
        }
        if !rate.keys.iter().any(|key| *key == Key::Tenant) {
            return Err(format!(
                "`{rate}` does not count by tenant; write the numbers alone, as `100/min burst 20`"
            ));
        }
        let numbers_alone = rate.cost == Cost::Fixed(1)
            && rate.count == Count::Executions
            && rate.shared.is_none()
            && rate.on_error.is_none();
        match numbers_alone {
            true => Ok(rate),
            false => Err(format!(
                "`{rate}` is more than numbers; what a call costs and which are counted is declared on the tool"
            )),
        }
    };
    texts.into_iter().map(rate).collect()
}

/// The buckets that hold with a tenant's own numbers. Each stands in for the one that counts by the same over the same time, else for the only one
/// that counts by the same; else it is one more.
fn together(holds: &[Rate<'static>], own: &[Rate<'static>]) -> Result<Buckets, String> {
    let mut rates = holds.to_vec();
    for new in own {
        let same: Vec<usize> = (0..holds.len())
            .filter(|index| holds[*index].keys == new.keys)
            .collect();
        let over_the_same_time = same
            .iter()
            .find(|index| holds[**index].window == new.window);
        let only = same.first().filter(|_| same.len() == 1);
        match over_the_same_time.or(only) {
            Some(index) => {
                let rate = &mut rates[*index];
                (rate.limit, rate.window, rate.burst) = (new.limit, new.window, new.burst);
            }
            None => rates.push(*new),
        }
    }
    let mut room = Policies::new().rate;
    for rate in &mut rates {
        // The grammar has the last word: it knows of costs that no bucket of this size could pay.
        *rate = Rate::parse(kept(&rate.to_string())).map_err(|error| error.to_string())?;
        if !room.try_push(*rate) {
            return Err("there are too many buckets".to_owned());
        }
    }
    Ok(rates)
}
