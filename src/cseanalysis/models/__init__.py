"""From recorded counts to what they allow: under-reporting ranges, missing classification, delay, pipeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cseanalysis.lazy import door

if TYPE_CHECKING:
    from cseanalysis.models.bias_draws import BiasAnalysis
    from cseanalysis.models.change import hiding_inflation, ratio_of_counts, variance_inflation
    from cseanalysis.models.count_misclassification import CorrectedCounts, bound_counts, correct_counts, simulate_counts
    from cseanalysis.models.delay import Delay, delay_from_mean, delay_from_quantiles, forward_mean
    from cseanalysis.models.group_shares import Representation, against_population, class_rate_ratio_bounds, class_share_bounds, part_difference_bounds, share_difference_bounds, share_ratio_bounds
    from cseanalysis.models.misclassification import correct_selection, correct_two_by_two, correct_with_predictive_values, e_value, rogan_gladen
    from cseanalysis.models.missingness import CoverageNeeded, coverage_needed, share_bounds, share_confidence
    from cseanalysis.models.missingness_ladder import Rung, assumption_ladder, odds_ratio_needed, share_at_odds_ratio, share_over_odds_ratios
    from cseanalysis.models.multiple_systems import ModelNotEstimableError, PopulationEstimate, estimate_population, existence_status
    from cseanalysis.models.multiplier import simulate_total, totals_by_dependence
    from cseanalysis.models.perturbations import highest_order_path, perturb_by_leaving_out, perturb_by_merging, perturb_by_one_case
    from cseanalysis.models.pipeline import completeness, project_cohorts
    from cseanalysis.models.probabilistic_bias import probabilistic_bias, probabilistic_bias_with_predictive_values, probabilistic_selection
    from cseanalysis.models.ratio import ratio_interval
    from cseanalysis.models.recorded_year import RecordedSplit, split_by_year, without_cancelled
    from cseanalysis.models.simulation import Simulation
    from cseanalysis.models.survey import AnnualVictims, Basis, BridgeFactor, Bridged, Measure, annual_victims, bridge_survey, recorded_to_survey
    from cseanalysis.models.two_by_two import CorrectedTable
    from cseanalysis.models.two_lists import TwoListEstimate, known_to_all, known_to_any, two_list_bounds, two_list_estimate
    from cseanalysis.models.under_reporting import breakdown_probability, implied_total, joint_reporting_probability
    from cseanalysis.models.unit_shares import UnitBounds, unit_share_bounds

__all__ = [
    "AnnualVictims",
    "Basis",
    "BiasAnalysis",
    "BridgeFactor",
    "Bridged",
    "CorrectedCounts",
    "CorrectedTable",
    "CoverageNeeded",
    "Delay",
    "Measure",
    "ModelNotEstimableError",
    "PopulationEstimate",
    "RecordedSplit",
    "Representation",
    "Rung",
    "Simulation",
    "TwoListEstimate",
    "UnitBounds",
    "against_population",
    "annual_victims",
    "assumption_ladder",
    "bound_counts",
    "breakdown_probability",
    "bridge_survey",
    "class_rate_ratio_bounds",
    "class_share_bounds",
    "completeness",
    "correct_counts",
    "correct_selection",
    "correct_two_by_two",
    "correct_with_predictive_values",
    "coverage_needed",
    "delay_from_mean",
    "delay_from_quantiles",
    "e_value",
    "estimate_population",
    "existence_status",
    "forward_mean",
    "hiding_inflation",
    "highest_order_path",
    "implied_total",
    "joint_reporting_probability",
    "known_to_all",
    "known_to_any",
    "odds_ratio_needed",
    "part_difference_bounds",
    "perturb_by_leaving_out",
    "perturb_by_merging",
    "perturb_by_one_case",
    "probabilistic_bias",
    "probabilistic_bias_with_predictive_values",
    "probabilistic_selection",
    "project_cohorts",
    "ratio_interval",
    "ratio_of_counts",
    "recorded_to_survey",
    "rogan_gladen",
    "share_at_odds_ratio",
    "share_bounds",
    "share_confidence",
    "share_difference_bounds",
    "share_over_odds_ratios",
    "share_ratio_bounds",
    "simulate_counts",
    "simulate_total",
    "split_by_year",
    "totals_by_dependence",
    "two_list_bounds",
    "two_list_estimate",
    "unit_share_bounds",
    "variance_inflation",
    "without_cancelled",
]

__getattr__ = door(
    __name__,
    {
        "AnnualVictims": "survey",
        "Basis": "survey",
        "BiasAnalysis": "bias_draws",
        "BridgeFactor": "survey",
        "Bridged": "survey",
        "CorrectedCounts": "count_misclassification",
        "CorrectedTable": "two_by_two",
        "CoverageNeeded": "missingness",
        "Delay": "delay",
        "Measure": "survey",
        "ModelNotEstimableError": "multiple_systems",
        "PopulationEstimate": "multiple_systems",
        "RecordedSplit": "recorded_year",
        "Representation": "group_shares",
        "Rung": "missingness_ladder",
        "Simulation": "simulation",
        "TwoListEstimate": "two_lists",
        "UnitBounds": "unit_shares",
        "against_population": "group_shares",
        "annual_victims": "survey",
        "assumption_ladder": "missingness_ladder",
        "bound_counts": "count_misclassification",
        "breakdown_probability": "under_reporting",
        "bridge_survey": "survey",
        "class_rate_ratio_bounds": "group_shares",
        "class_share_bounds": "group_shares",
        "completeness": "pipeline",
        "correct_counts": "count_misclassification",
        "correct_selection": "misclassification",
        "correct_two_by_two": "misclassification",
        "correct_with_predictive_values": "misclassification",
        "coverage_needed": "missingness",
        "delay_from_mean": "delay",
        "delay_from_quantiles": "delay",
        "e_value": "misclassification",
        "estimate_population": "multiple_systems",
        "existence_status": "multiple_systems",
        "forward_mean": "delay",
        "hiding_inflation": "change",
        "highest_order_path": "perturbations",
        "implied_total": "under_reporting",
        "joint_reporting_probability": "under_reporting",
        "known_to_all": "two_lists",
        "known_to_any": "two_lists",
        "odds_ratio_needed": "missingness_ladder",
        "part_difference_bounds": "group_shares",
        "perturb_by_leaving_out": "perturbations",
        "perturb_by_merging": "perturbations",
        "perturb_by_one_case": "perturbations",
        "probabilistic_bias": "probabilistic_bias",
        "probabilistic_bias_with_predictive_values": "probabilistic_bias",
        "probabilistic_selection": "probabilistic_bias",
        "project_cohorts": "pipeline",
        "ratio_interval": "ratio",
        "ratio_of_counts": "change",
        "recorded_to_survey": "survey",
        "rogan_gladen": "misclassification",
        "share_at_odds_ratio": "missingness_ladder",
        "share_bounds": "missingness",
        "share_confidence": "missingness",
        "share_difference_bounds": "group_shares",
        "share_over_odds_ratios": "missingness_ladder",
        "share_ratio_bounds": "group_shares",
        "simulate_counts": "count_misclassification",
        "simulate_total": "multiplier",
        "split_by_year": "recorded_year",
        "totals_by_dependence": "multiplier",
        "two_list_bounds": "two_lists",
        "two_list_estimate": "two_lists",
        "unit_share_bounds": "unit_shares",
        "variance_inflation": "change",
        "without_cancelled": "recorded_year",
    },
)
