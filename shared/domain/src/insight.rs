//! Insight: what the combination of Health Status and Happiness Level means, and the next step.

crate::words! {
    /// The cell of Health Status x Happiness Level in which a customer stands.
    #[derive(Default)]
    pub enum Insight {
        /// High status, high happiness: ideal for a case study, a referral, an upsell.
        Advocate = "advocate",
        /// High status, low happiness: product issues despite a healthy business.
        ProductIssues = "product_issues",
        /// Low status, high happiness: satisfied with the product, business in trouble.
        BusinessTrouble = "business_trouble",
        /// Low status, low happiness: urgent, churn risk.
        ChurnRisk = "churn_risk",
        /// The Health Status is too old to be relied on.
        Stale = "stale",
        /// Status or happiness is not known.
        #[default]
        Unknown = "unknown",
    }
}
